"""A mean is taken of what a sum over the batch already made a single number."""

from __future__ import annotations

from collections.abc import Iterator

from losslint.rules._find import growing, line_of, of_kind, trail
from losslint.rules._fix import Bench, flaws_at, normalised
from losslint.rules._page import with_examples
from losslint.rules._rule import Candidate, Example, Rule

from losslint.analysis.degree import power_of_n
from losslint.analysis.outcome import Outcome, Problem
from losslint.analysis.values import Kind
from losslint.model import Severity

PAGE = """
# LL108: mean-of-batch-sum

`reduce_mean(reduce_sum(x))`: the sum has already removed the batch axis, so the mean has one number to average and
does nothing.

## What it finds

A mean (`reduce_mean`, `ops.mean`, `K.mean`) of a value that lost its batch axis to a sum and still scales with the
batch. The finding sits on the mean, because that is the line that misleads. It is LL101 in disguise and is reported
once, under this code.

## Why it matters

It reads as normalised and is not. The cross-entropy of the same four samples, each repeated until there are N:

| N | 4 | 16 | 64 |
|---|---|---|---|
| `mean(-sum(t * log(p)))` | 5.8 | 23.2 | 92.9 |
| `mean(-sum(t * log(p), axis=-1))` | 1.45 | 1.45 | 1.45 |

The missing `axis` changes no shape that anybody looks at: both return a scalar, and both train at the batch size at
which the learning rate was found.

## Bad

{bad}

## Good

{good}

## How to fix

Give the inner sum the axes of one sample: `axis=-1` for a vector per sample, `axis=[1, 2, 3]` for an image. The loss
becomes N times smaller, so a learning rate tuned at N samples has to become N times larger, unless the optimizer
ignores the scale.

## When to ignore it

When the mean runs over something else than the batch, for example over a list of scalar losses at several scales
(`reduce_mean(tf.stack(losses))`), and each of those is meant to be a sum. If they are not, give each its division by
the batch size.
"""

BAD = (
    Example(
        code="""
import tensorflow as tf


def cross_entropy_loss(y_true, y_pred):
    return tf.reduce_mean(-tf.reduce_sum(y_true * tf.math.log(y_pred)))
""",
        loss="cross_entropy_loss",
        inputs=("(N,4):prob", "(N,4):prob"),
        degree="1",
        gradient_degree="1",
        coupled=False,
    ),
    Example(
        code="""
import keras
from keras import ops


class ReconstructionLoss(keras.losses.Loss):
    def call(self, y_true, y_pred):
        squared = ops.square(y_true - y_pred)
        return ops.mean(ops.sum(squared))
""",
        loss="ReconstructionLoss.call",
        degree="1",
        gradient_degree="1",
        coupled=False,
    ),
)

GOOD = (
    Example(
        code="""
import tensorflow as tf


def cross_entropy_loss(y_true, y_pred):
    return tf.reduce_mean(-tf.reduce_sum(y_true * tf.math.log(y_pred), axis=-1))
""",
        loss="cross_entropy_loss",
        inputs=("(N,4):prob", "(N,4):prob"),
        degree="0",
        gradient_degree="0",
        coupled=False,
    ),
    Example(
        code="""
from tensorflow.keras import backend as K


def reconstruction_loss(y_true, y_pred):
    squared = K.square(y_true - y_pred)
    return K.mean(K.sum(squared, axis=[1, 2, 3]))
""",
        loss="reconstruction_loss",
        inputs=("(N,4,4,3):real", "(N,4,4,3):real"),
        degree="0",
        gradient_degree="0",
        coupled=False,
    ),
)


def find(outcome: Outcome) -> Iterator[Problem]:
    """Every mean of a value whose batch axis a sum has already taken."""
    for value in growing(outcome):
        for flaw in of_kind(value, Kind.MEAN_OF_SUM):
            message = (
                f"`{flaw.operation}` averages a value that line {line_of(flaw)} has already summed over the batch, so it does not "
                f"divide by the batch size and the loss scales as {power_of_n(value.degree)}; sum over the non-batch axes only"
            )
            yield Problem(flaw.step.site, message, trail(value, flaw), value)


def fix(problem: Problem, bench: Bench) -> Iterator[Candidate]:
    """The inner sum over the axes of one sample: then the mean has samples to average."""
    for flaw in flaws_at(problem, Kind.MEAN_OF_SUM):
        yield from normalised(problem, bench, flaw.sources, reduced_again=True)


RULE = Rule(
    code="LL108",
    name="mean-of-batch-sum",
    severity=Severity.ERROR,
    summary="A mean is taken of a value that has already lost its batch axis to a sum.",
    page=with_examples(PAGE, bad=BAD, good=GOOD),
    find=find,
    bad=BAD,
    good=GOOD,
    related=("LL101",),
    fix=fix,
)
