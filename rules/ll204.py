"""A maximum, a softmax, a sort or a normalisation runs along the batch axis."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from losslint.rules._find import coupling
from losslint.rules._fix import Bench, advice
from losslint.rules._page import with_examples
from losslint.rules._rule import Candidate, Example, Rule

from losslint.analysis.outcome import Outcome, Problem
from losslint.analysis.values import Kind
from losslint.model import Severity

PAGE = """
# LL204: order-statistic-over-batch

An operation that compares or normalises samples with each other runs along the batch axis: a maximum or minimum, a
median, softmax, sort, top-k, cumulative sum, or a normalisation to unit length.

## What it finds

`reduce_max(x)` without an `axis`, `softmax(x, axis=0)`, `sort(x, axis=0)`, and the quiet one:
`tf.math.l2_normalize(x)` has no default axis and divides by the norm of the *whole batch*, while
`keras.ops.normalize` works on the last axis. The finding sits on that call. `axis=-1` of a vector of one value per
sample is the batch axis too. Sorted samples are still the same samples: a `sort` is a finding where their places
count, as beside unsorted values or when some are picked.

## Why it matters

A sample's share depends on its neighbours, and most samples have none. Over 4,000 random batches of standard normal
errors, the maximum of the batch, and how many samples receive a gradient:

| N | 2 | 8 | 32 | 128 |
|---|---|---|---|---|
| mean of `reduce_max(abs(e))` | 1.1 | 1.8 | 2.4 | 2.8 |
| samples with a gradient | 1 | 1 | 1 | 1 |
| entry of `l2_normalize(e)`, root mean square | 0.35 | 0.18 | 0.088 | 0.044 |
| entry of `l2_normalize(e, axis=-1)`, root mean square | 0.5 | 0.5 | 0.5 | 0.5 |

Repeating samples does not move the maximum (degree 0), but drawing more of them does: its expected value rises with
N. Splitting the batch, over micro-batches or replicas, gives another loss.

## Bad

{bad}

## Good

{good}

## How to fix

Name the axis of one sample (`axis=-1`). For hard-example mining take a share of the samples (`k = N // 4`, degree 0),
not a fixed number of them, which no power of N describes.

## When to ignore it

When samples are meant to compete: ranking, Sinkhorn normalisation, hard negatives, a worst-case objective. Keep N
constant then.
"""

BAD = (
    Example(
        code="""
import tensorflow as tf


def worst_case_loss(y_true, y_pred):
    return tf.reduce_max(tf.abs(y_true - y_pred))
""",
        loss="worst_case_loss",
        degree="0",
        gradient_degree="0",
        coupled=True,
    ),
    Example(
        code="""
import keras
from keras import ops


class HardSampleLoss(keras.losses.Loss):
    def call(self, y_true, y_pred):
        error = ops.mean(ops.square(y_true - y_pred), axis=-1)
        weights = ops.softmax(error, axis=0)
        return ops.sum(weights * error)
""",
        loss="HardSampleLoss.call",
        degree="0",
        gradient_degree="0",
        coupled=True,
    ),
)

GOOD = (
    Example(
        code="""
import tensorflow as tf


def worst_case_loss(y_true, y_pred):
    return tf.reduce_max(tf.abs(y_true - y_pred), axis=-1)
""",
        loss="worst_case_loss",
        degree="0",
        gradient_degree="0",
        coupled=False,
    ),
    Example(
        code="""
import tensorflow as tf


def cosine_loss(y_true, y_pred):
    y_true = tf.math.l2_normalize(y_true, axis=-1)
    y_pred = tf.math.l2_normalize(y_pred, axis=-1)
    return 1.0 - tf.reduce_sum(y_true * y_pred, axis=-1)
""",
        loss="cosine_loss",
        degree="0",
        gradient_degree="0",
        coupled=False,
    ),
)


def find(outcome: Outcome) -> Iterable[Problem]:
    """Every order statistic or normalisation along the batch."""
    return coupling(outcome, Kind.ORDER, MESSAGE)


MESSAGE = "`{operation}` runs along the batch axis, so the result for one sample depends on the others; name the feature axes"


def fix(problem: Problem, bench: Bench) -> Iterator[Candidate]:
    """No edit is right in general: whether the samples are meant to compete, the author knows."""
    text, axes = bench.text(problem.site), bench.sample_axes(problem.site)
    if text and axes:
        yield advice(
            f"name the axes of one sample in `{text}` (`axis={axes}`), unless the samples are meant to compete"
        )
    elif text:
        yield advice(
            f"each sample has one number in `{text}`, so that only the batch can be what it runs along: compare with "
            f"something that is the same for every batch, unless the samples are meant to compete"
        )


RULE = Rule(
    code="LL204",
    name="order-statistic-over-batch",
    severity=Severity.WARNING,
    summary="A maximum, softmax, sort or normalisation runs along the batch axis.",
    page=with_examples(PAGE, bad=BAD, good=GOOD),
    find=find,
    bad=BAD,
    good=GOOD,
    related=("LL201", "LL203"),
    fix=fix,
)
