"""A batch sum is what the loss returns."""

from __future__ import annotations

from collections.abc import Iterator

from losslint.rules._find import growing, of_kind
from losslint.rules._fix import Bench, by_hand, normalised
from losslint.rules._page import with_examples
from losslint.rules._rule import Candidate, Example, Rule

from losslint.analysis.degree import power_of_n
from losslint.analysis.outcome import Outcome, Problem
from losslint.analysis.uses import ADD_LOSS
from losslint.analysis.values import Kind
from losslint.model import Severity

PAGE = """
# LL101: batch-sum-returned

A reduction runs over the batch axis as a sum, nothing divides it by the number of samples, and it is what the loss
returns (or one of the terms of what it returns).

## What it finds

`tf.reduce_sum`, `ops.sum`, `K.sum` without an `axis`, or with one that contains the batch; sums in disguise such as
`tf.nn.l2_loss`, `tf.norm`, a `matmul` or `einsum` that contracts the batch axis, `tf.add_n`, a loop over the samples.
The finding sits on the sum, not on the `return`. A root of the sum stays this finding: its degree is 1/2.

Sums over feature axes (`axis=-1`, `axis=[1, 2, 3]`) are not meant: they set the scale of a sample, not of a batch.

## Why it matters

The gradient grows with the batch, so a learning rate means something else at every batch size. The same four samples,
each repeated until there are N (the gradient is that of the four, their copies tied):

| N | 4 | 16 | 64 |
|---|---|---|---|
| sum: loss | 9.34 | 37.4 | 149 |
| sum: gradient norm | 6.11 | 24.4 | 97.8 |
| mean: loss | 0.584 | 0.584 | 0.584 |
| mean: gradient norm | 0.382 | 0.382 | 0.382 |

A linear model on four features, 50 steps of plain gradient descent, with learning rate 0.01 for the sum and 0.1 for
the mean; the squared error that is left:

| N | 4 | 16 | 64 | 256 |
|---|---|---|---|---|
| sum of squared errors | 0.03 | 1e-07 | 1e-29 | diverges |
| mean of squared errors | 0.02 | 0.0001 | 7e-08 | 9e-09 |

Adam hides the scale of the step, but not that of a loss beside it: a regulariser or a second loss that does not scale
with N loses half of its weight with every doubling. Gradient clipping, too, sets in at another batch size.

## Bad

{bad}

## Good

{good}

## How to fix

In Keras, reduce over the other axes only and return one value per sample: Keras averages over the batch, honours
`sample_weight`, and scales correctly across replicas. Where a scalar is wanted, take the mean, or divide the sum by
`tf.shape(y_pred)[0]`. In a custom loop over replicas use `tf.nn.compute_average_loss`. The loss becomes N times
smaller; a learning rate that was tuned for the sum at N samples is N times larger for the mean.

## When to ignore it

When the caller divides (the function is a part of a loss, not the loss), when the training set is one fixed full
batch that never changes its size, or when a likelihood over the whole data set is what you optimise. Say which:
`# losslint: ignore[LL101] the caller divides by the token count`.
"""

BAD = (
    Example(
        code="""
import tensorflow as tf


def reconstruction_loss(y_true, y_pred):
    return tf.reduce_sum(tf.square(y_true - y_pred))
""",
        loss="reconstruction_loss",
        degree="1",
        gradient_degree="1",
        coupled=False,
    ),
    Example(
        code="""
import keras
from keras import ops


class HuberLoss(keras.losses.Loss):
    def call(self, y_true, y_pred):
        error = ops.abs(y_true - y_pred)
        quadratic = ops.minimum(error, 1.0)
        return ops.sum(0.5 * quadratic**2 + (error - quadratic))
""",
        loss="HuberLoss.call",
        degree="1",
        gradient_degree="1",
        coupled=False,
    ),
    Example(
        code="""
import tensorflow as tf


def distance_loss(y_true, y_pred):
    return tf.norm(y_true - y_pred)
""",
        loss="distance_loss",
        degree="1/2",
        gradient_degree="1/2",
        coupled=True,
    ),
)

GOOD = (
    Example(
        code="""
import tensorflow as tf


def reconstruction_loss(y_true, y_pred):
    return tf.reduce_sum(tf.square(y_true - y_pred), axis=-1)
""",
        loss="reconstruction_loss",
        degree="0",
        gradient_degree="0",
        coupled=False,
    ),
    Example(
        code="""
from tensorflow.keras import backend as K


def reconstruction_loss(y_true, y_pred):
    per_sample = K.sum(K.square(y_true - y_pred), axis=-1)
    return K.mean(per_sample)
""",
        loss="reconstruction_loss",
        degree="0",
        gradient_degree="0",
        coupled=False,
    ),
    Example(
        code="""
import tensorflow as tf


def reconstruction_loss(y_true, y_pred):
    batch_size = tf.cast(tf.shape(y_pred)[0], y_pred.dtype)
    return tf.reduce_sum(tf.square(y_true - y_pred)) / batch_size
""",
        loss="reconstruction_loss",
        degree="0",
        gradient_degree="0",
        coupled=False,
    ),
)


def find(outcome: Outcome) -> Iterator[Problem]:
    """Every batch sum in a returned value of positive degree that no other rule explains better."""
    if outcome.use is not None and outcome.use.sink == ADD_LOSS:
        return  # LL303
    for value in growing(outcome):
        if of_kind(value, Kind.LITERAL):
            continue
        explained = {step for flaw in of_kind(value, *EXPLAINED) for step in flaw.sources}
        for step in value.raised:
            if step not in explained:
                message = (
                    f"this batch sum is returned without a division by the batch size, so the loss scales as "
                    f"{power_of_n(value.degree)}; take the mean over the batch or return one value per sample"
                )
                yield Problem(step.site, message, value.trail or (step,), value)


EXPLAINED = (Kind.MEAN_OF_SUM, Kind.OPTION, Kind.VECTOR)
"""What says more about a sum: LL108, LL106, LL109."""


def fix(problem: Problem, bench: Bench) -> Iterator[Candidate]:
    """All batch sums of the value at once: one of them alone would leave terms of different degree."""
    steps = problem.of.raised if problem.of is not None else ()
    yield from normalised(problem, bench, steps)
    yield from by_hand(bench, steps)


RULE = Rule(
    code="LL101",
    name="batch-sum-returned",
    severity=Severity.ERROR,
    summary="A batch reduction is returned without being divided by the batch size.",
    page=with_examples(PAGE, bad=BAD, good=GOOD),
    find=find,
    bad=BAD,
    good=GOOD,
    related=("LL102", "LL105", "LL106", "LL108"),
    fix=fix,
)
