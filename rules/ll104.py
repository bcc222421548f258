"""A statistic that is an average already is divided by the batch size again."""

from __future__ import annotations

from collections.abc import Iterator

from losslint.rules._find import of_kind, shrinks, trail, values
from losslint.rules._fix import Bench, less_divided
from losslint.rules._page import with_examples
from losslint.rules._rule import Candidate, Example, Rule

from losslint.analysis.degree import MIXED, power_of_n
from losslint.analysis.outcome import Outcome, Problem
from losslint.analysis.values import Kind
from losslint.model import Severity

PAGE = """
# LL104: over-normalised

The loss is divided by the batch size once too often, so it fades as the batch grows.

## What it finds

A returned value whose batch degree is negative. Three ways lead there: a mean, variance or maximum divided by N; a
value per sample divided by N, which the framework then averages once more; a root taken before the division, so that
`sqrt(sum) / N` has degree -1/2. The finding sits on the division.

## Why it matters

A widely copied recipe divides the variance of the predictions by the batch size "to make it independent of the batch
size". It was independent in expectation, but for the bias `(N - 1) / N`, and is not any more. Average over 4,000
random batches of one unit-variance prediction per sample:

| N | 2 | 8 | 32 |
|---|---|---|---|
| `reduce_variance(y_pred)` | 0.5 | 0.87 | 0.97 |
| `reduce_variance(y_pred) / N` | 0.25 | 0.11 | 0.03 |
| `reduce_variance(y_pred) * N / (N - 1)` | 0.99 | 0.99 | 1 |

The gradient fades with it. Beside another term, such a penalty is switched off by a larger batch, and nothing tells.

## Bad

{bad}

## Good

{good}

## How to fix

Remove the division. If a variance is wanted without its bias, multiply by `N / (N - 1)`; that is Bessel's factor, and
it tends to 1. If a root is wanted, take it per sample or move the division inside it: `sqrt(sum / N)`.

## When to ignore it

When the caller adds up the results of all micro-batches of a known number, so that the division belongs to a sum that
stands elsewhere. In a function of its own that is better left to the caller.
"""

BAD = (
    Example(
        code="""
import tensorflow as tf


def variance_loss(y_true, y_pred):
    batch_size = tf.cast(tf.shape(y_pred)[0], y_pred.dtype)
    return tf.math.reduce_variance(y_pred) / batch_size
""",
        loss="variance_loss",
        degree="-1",
        gradient_degree="-1",
        coupled=True,
    ),
    Example(
        code="""
from keras import ops


def distance_loss(y_true, y_pred):
    batch_size = ops.cast(ops.shape(y_pred)[0], y_pred.dtype)
    return ops.sqrt(ops.sum(ops.square(y_true - y_pred))) / batch_size
""",
        loss="distance_loss",
        degree="-1/2",
        gradient_degree="-1/2",
        coupled=True,
    ),
    Example(
        code="""
from tensorflow.keras import backend as K


def absolute_loss(y_true, y_pred):
    batch_size = K.cast(K.shape(y_pred)[0], y_pred.dtype)
    return K.sum(K.abs(y_true - y_pred), axis=-1) / batch_size
""",
        loss="absolute_loss",
        degree="-1",
        gradient_degree="-1",
        coupled=False,
    ),
)

GOOD = (
    Example(
        code="""
import tensorflow as tf


def distance_loss(y_true, y_pred):
    batch_size = tf.cast(tf.shape(y_pred)[0], y_pred.dtype)
    distance = tf.sqrt(tf.reduce_sum(tf.square(y_true - y_pred), axis=-1))
    return tf.reduce_sum(distance) / batch_size
""",
        loss="distance_loss",
        degree="0",
        gradient_degree="0",
        coupled=False,
    ),
    Example(
        code="""
from tensorflow.keras import backend as K


def absolute_loss(y_true, y_pred):
    return K.sum(K.abs(y_true - y_pred), axis=-1)
""",
        loss="absolute_loss",
        degree="0",
        gradient_degree="0",
        coupled=False,
    ),
)


def find(outcome: Outcome) -> Iterator[Problem]:
    """The last division that took a returned value below degree 0."""
    for value in values(outcome):
        sunk = of_kind(value, Kind.SUNK)
        if not shrinks(value) or not sunk:
            continue
        flaw = sunk[-1]
        degree = value.slope if value.degree is MIXED and value.slope is not None else value.degree
        message = (
            f"a value that scales as {flaw.subject} is divided by the batch size, so the loss scales as {power_of_n(degree)} "
            f"and fades as the batch grows; remove the division, or move it inside the root"
        )
        yield Problem(flaw.step.site, message, trail(value, flaw), value)


def fix(problem: Problem, bench: Bench) -> Iterator[Candidate]:
    """The division goes; where it had half a root to undo, the sum is taken per sample or divided inside the root."""
    yield from less_divided(problem, bench)


RULE = Rule(
    code="LL104",
    name="over-normalised",
    severity=Severity.ERROR,
    summary="A value that is an average already is divided by the batch size again.",
    page=with_examples(PAGE, bad=BAD, good=GOOD),
    find=find,
    bad=BAD,
    good=GOOD,
    related=("LL103", "LL202"),
    fix=fix,
)
