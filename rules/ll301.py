"""A Keras loss averages the batch itself, so sample weights come too late."""

from __future__ import annotations

from collections.abc import Iterator

from losslint.rules._find import values
from losslint.rules._fix import Bench, advice, offered
from losslint.rules._page import with_examples
from losslint.rules._rule import Candidate, Example, Rule

from losslint.analysis.degree import ZERO
from losslint.analysis.outcome import Outcome, Problem
from losslint.analysis.values import Spread
from losslint.model import Severity

PAGE = """
# LL301: scalar-loss-drops-sample-weight

A loss that Keras calls returns a scalar. Keras multiplies `sample_weight` (and `class_weight`, which becomes one)
with what the loss returns, and a scalar has no samples left to weigh.

## What it finds

`Loss.call`, or a function handed to `compile`, whose result has lost its batch axis, at degree 0 (a sum is LL101).
The finding sits on the reduction. It is off by default, because without weights and replicas nothing goes wrong.

## Why it matters

The weights only scale the whole loss. Four samples with errors 1, 2, 3, 4, `sample_weight=[1, 0, 0, 0]`, gradient in
each prediction, measured with Keras 3:

| sample | 1 | 2 | 3 | 4 |
|---|---|---|---|---|
| weight | 1 | 0 | 0 | 0 |
| loss returns a scalar | 0.125 | 0.25 | 0.375 | 0.5 |
| loss returns one value per sample | 0.5 | 0 | 0 | 0 |

The samples that were excluded train the model as before, at a quarter of the step. There is neither error nor
warning. A Keras mask on the predictions is lost the same way.

## Bad

{bad}

## Good

{good}

## How to fix

Reduce over the axes of one sample only, `axis=-1`, and return the vector. Keras averages it, with weights, and scales
it for replicas (LL302).

## When to ignore it

When the loss is a statistic of the whole batch that has no value per sample, or is never used with weights.
"""

BAD = (
    Example(
        code="""
import keras
from keras import ops


class SquaredError(keras.losses.Loss):
    def call(self, y_true, y_pred):
        return ops.mean(ops.square(y_true - y_pred))
""",
        loss="SquaredError.call",
        degree="0",
        gradient_degree="0",
        coupled=False,
    ),
    Example(
        code="""
import tensorflow as tf


def absolute_loss(y_true, y_pred):
    return tf.reduce_mean(tf.abs(y_true - y_pred))


def build(optimizer):
    model = tf.keras.Sequential([tf.keras.layers.Dense(4)])
    model.compile(optimizer=optimizer, loss=absolute_loss)
    return model
""",
        loss="absolute_loss",
        degree="0",
        gradient_degree="0",
        coupled=False,
    ),
)

GOOD = (
    Example(
        code="""
import keras
from keras import ops


class SquaredError(keras.losses.Loss):
    def call(self, y_true, y_pred):
        return ops.mean(ops.square(y_true - y_pred), axis=-1)
""",
        loss="SquaredError.call",
        degree="0",
        gradient_degree="0",
        coupled=False,
    ),
    Example(
        code="""
import tensorflow as tf


def absolute_loss(y_true, y_pred):
    return tf.reduce_mean(tf.abs(y_true - y_pred), axis=-1)


def build(optimizer):
    model = tf.keras.Sequential([tf.keras.layers.Dense(4)])
    model.compile(optimizer=optimizer, loss=absolute_loss)
    return model
""",
        loss="absolute_loss",
        degree="0",
        gradient_degree="0",
        coupled=False,
    ),
)


def find(outcome: Outcome) -> Iterator[Problem]:
    """A mean over the batch that is returned to Keras; a statistic of the whole batch has no value per sample."""
    if not outcome.traced or outcome.found_by not in ("class", "compile", "parameters"):
        return
    for value in values(outcome):
        if (
            value.spread is Spread.LINEAR
            and value.degree == ZERO
            and value.reduced
            and not value.axes.batches
        ):
            yield Problem(value.reduced[-1].site, MESSAGE, value.trail, value)
            return


MESSAGE = (
    "the loss averages over the batch itself, so `sample_weight` and `class_weight` no longer weigh samples; "
    "return one value per sample"
)


def fix(problem: Problem, bench: Bench) -> Iterator[Candidate]:
    """The mean over the axes of one sample; where the batch is divided out otherwise, what to do by hand."""
    yield from offered(bench.mean_per_sample(problem.site))
    text = bench.text(problem.site)
    if text:
        yield advice(
            f"take `{text}` over the axes of one sample only, and leave the mean over the batch to Keras"
        )


RULE = Rule(
    code="LL301",
    name="scalar-loss-drops-sample-weight",
    severity=Severity.INFO,
    summary="A Keras loss reduces the batch itself, so sample_weight and class_weight no longer weigh samples.",
    page=with_examples(PAGE, bad=BAD, good=GOOD),
    find=find,
    default=False,
    bad=BAD,
    good=GOOD,
    related=("LL302",),
    fix=fix,
)
