"""A term that scales with the batch is given to add_loss."""

from __future__ import annotations

from collections.abc import Iterator

from losslint.rules._find import growing, of_kind
from losslint.rules._fix import Bench, offered
from losslint.rules._page import with_examples
from losslint.rules._rule import Candidate, Example, Rule

from losslint.analysis.degree import power_of_n
from losslint.analysis.outcome import Outcome, Problem
from losslint.analysis.uses import ADD_LOSS
from losslint.analysis.values import Kind
from losslint.model import Severity

PAGE = """
# LL303: unscaled-add-loss

A layer or model hands `add_loss` a value whose batch degree is not 0, usually a bare sum over the batch.

## What it finds

`self.add_loss(x)` and `model.add_loss(x)` with such an argument, on which the finding sits. Penalties of weights hold
no data and are not meant, nor is `activity_regularizer=`, which Keras 3.15 divides by the batch size itself.

## Why it matters

Keras adds the value to the compiled loss as it is. A compiled loss that returns one value per sample is averaged; a
vector given to `add_loss` is summed (Keras 3). The penalty of a layer, the same four samples, each repeated until
there are N:

| N | 4 | 16 | 64 |
|---|---|---|---|
| `add_loss(0.01 * reduce_sum(square(x)))` | 0.0593 | 0.237 | 0.948 |
| `add_loss(0.01 * reduce_mean(reduce_sum(square(x), axis=-1)))` | 0.0148 | 0.0148 | 0.0148 |

Beside a compiled loss of degree 0 this is LL103 across two files, where nobody sees both terms at once.

## Bad

{bad}

## Good

{good}

## How to fix

Sum over the features of a sample and average over the samples, as the compiled loss does, so that the proportion of
the two stays the same at every batch size.

## When to ignore it

When the whole model is trained by sums on a fixed full batch, and the compiled loss is a sum as well.
"""

BAD = (
    Example(
        code="""
import tensorflow as tf


class ActivityPenalty(tf.keras.layers.Layer):
    def call(self, inputs):
        self.add_loss(0.01 * tf.reduce_sum(tf.square(inputs)))
        return inputs
""",
        loss="ActivityPenalty",
        inputs=("(N,4):real",),
        degree="1",
        gradient_degree="1",
        coupled=False,
    ),
    Example(
        code="""
import keras
from keras import ops


class SparsityPenalty(keras.layers.Layer):
    def call(self, inputs):
        penalty = ops.sum(ops.abs(inputs))
        self.add_loss(0.001 * penalty)
        return inputs
""",
        loss="SparsityPenalty",
        inputs=("(N,4):real",),
        degree="1",
        gradient_degree="1",
        coupled=False,
    ),
)

GOOD = (
    Example(
        code="""
import tensorflow as tf


class ActivityPenalty(tf.keras.layers.Layer):
    def call(self, inputs):
        per_sample = tf.reduce_sum(tf.square(inputs), axis=-1)
        self.add_loss(0.01 * tf.reduce_mean(per_sample))
        return inputs
""",
        loss="ActivityPenalty",
        inputs=("(N,4):real",),
        degree="0",
        gradient_degree="0",
        coupled=False,
    ),
    Example(
        code="""
import keras
from keras import ops


class SparsityPenalty(keras.layers.Layer):
    def call(self, inputs):
        penalty = ops.mean(ops.sum(ops.abs(inputs), axis=-1))
        self.add_loss(0.001 * penalty)
        return inputs
""",
        loss="SparsityPenalty",
        inputs=("(N,4):real",),
        degree="0",
        gradient_degree="0",
        coupled=False,
    ),
)


def find(outcome: Outcome) -> Iterator[Problem]:
    """A growing value that is added, unless another rule explains it better."""
    use = outcome.use
    if use is None or use.sink != ADD_LOSS:
        return
    for value in growing(outcome):
        if not of_kind(value, Kind.LITERAL, Kind.MEAN_OF_SUM, Kind.OPTION):
            message = (
                f"`add_loss` receives a value that scales as {power_of_n(value.degree)}; take the mean over the "
                "batch, as the compiled loss does"
            )
            yield Problem(use.site, message, value.trail, value)
            return


def fix(problem: Problem, bench: Bench) -> Iterator[Candidate]:
    """The sums divided by the batch size; a vector, which Keras adds up, is averaged."""
    value = problem.of
    yield from offered(
        bench.scaled(value.raised if value is not None else ()), bench.averaged_value(problem.site)
    )


RULE = Rule(
    code="LL303",
    name="unscaled-add-loss",
    severity=Severity.ERROR,
    summary="add_loss receives a value that scales with the batch size.",
    page=with_examples(PAGE, bad=BAD, good=GOOD),
    find=find,
    bad=BAD,
    good=GOOD,
    related=("LL101", "LL103"),
    fix=fix,
)
