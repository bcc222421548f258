"""(N,) meets (N, 1), and broadcasting makes N×N of it."""

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
# LL206: batch-broadcast

An operation combines one number per sample of shape `(N,)` with one of shape `(N, 1)`. Broadcasting aligns axes from
the right, so the result is a matrix of every sample with every other.

## What it finds

Arithmetic, comparisons and `where` between a vector over the batch and a column over the batch, mostly after one
reduction with `keepdims=True` and one without, or a squeezed target beside an unsqueezed prediction. The finding sits
on the operation. Deliberate pairs (`x[:, None] - x[None, :]`) name both axes and are not meant.

## Why it matters

Nothing fails: the mean of the matrix is a scalar too, and it still goes down. Predictions that are exactly right, and
squared errors against targets 0 to N - 1:

| N | 4 | 16 | 64 |
|---|---|---|---|
| `reduce_mean(square(target - prediction))`, both `(N,)` | 0 | 0 | 0 |
| the same, `(N,)` against `(N, 1)` | 2.5 | 42.5 | 682 |

The second is smallest when every prediction is the mean of all targets: gradient descent on it ends there. It is also
N times the memory.

## Bad

{bad}

## Good

{good}

## How to fix

Give both sides the same rank: `keepdims` on both or on neither, `tf.squeeze(x, axis=-1)`, `y_true[:, None]`. Name the
axis of `squeeze`: without it a batch of one sample loses its batch axis as well.

## When to ignore it

When every sample is really meant to meet every other. Say so in the code:
`tf.expand_dims(a, 0) - tf.expand_dims(b, 1)`.
"""

BAD = (
    Example(
        code="""
import tensorflow as tf


def relative_loss(y_true, y_pred):
    error = tf.reduce_sum(tf.square(y_true - y_pred), axis=-1)
    energy = tf.reduce_sum(tf.square(y_true), axis=-1, keepdims=True)
    return tf.reduce_mean(error / (energy + 1e-6))
""",
        loss="relative_loss",
        degree="0",
        gradient_degree="0",
        coupled=True,
    ),
    Example(
        code="""
from keras import ops


def weighted_loss(y_true, y_pred):
    weight = ops.max(ops.abs(y_true), axis=-1, keepdims=True)
    error = ops.mean(ops.square(y_true - y_pred), axis=-1)
    return ops.mean(weight * error)
""",
        loss="weighted_loss",
        degree="0",
        gradient_degree="0",
        coupled=True,
    ),
)

GOOD = (
    Example(
        code="""
import tensorflow as tf


def relative_loss(y_true, y_pred):
    error = tf.reduce_sum(tf.square(y_true - y_pred), axis=-1)
    energy = tf.reduce_sum(tf.square(y_true), axis=-1)
    return tf.reduce_mean(error / (energy + 1e-6))
""",
        loss="relative_loss",
        degree="0",
        gradient_degree="0",
        coupled=False,
    ),
    Example(
        code="""
from keras import ops


def weighted_loss(y_true, y_pred):
    weight = ops.max(ops.abs(y_true), axis=-1)
    error = ops.mean(ops.square(y_true - y_pred), axis=-1)
    return ops.mean(weight * error)
""",
        loss="weighted_loss",
        degree="0",
        gradient_degree="0",
        coupled=False,
    ),
)


def find(outcome: Outcome) -> Iterable[Problem]:
    """Every accidental N×N broadcast."""
    return coupling(outcome, Kind.BROADCAST, MESSAGE)


MESSAGE = "`(N,)` meets `(N, 1)` here and broadcasts to an N×N matrix; give both operands the same rank"


def fix(problem: Problem, bench: Bench) -> Iterator[Candidate]:
    """Which of the two operands has the wrong rank, the author knows."""
    text, unlike = bench.text(problem.site), bench.unlike(problem.site)
    if unlike is not None:
        vector, column, squeezed = unlike
        yield advice(
            f"`{vector}` has one number per sample and `{column}` a column of them: `{squeezed}` gives both the same rank"
        )
    elif text:
        yield advice(
            f"give both operands of `{text}` the same rank: squeeze the last axis of one, or expand the other"
        )


RULE = Rule(
    code="LL206",
    name="batch-broadcast",
    severity=Severity.ERROR,
    summary="A value of shape (N,) meets one of shape (N, 1) and silently becomes N×N.",
    page=with_examples(PAGE, bad=BAD, good=GOOD),
    find=find,
    bad=BAD,
    good=GOOD,
    related=("LL205",),
    fix=fix,
)
