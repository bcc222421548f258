"""A sum over the batch is held in float16 or bfloat16."""

from __future__ import annotations

from collections.abc import Iterator

from losslint.rules._find import distinct, of_kind, trail, values
from losslint.rules._fix import Bench, advice
from losslint.rules._page import with_examples
from losslint.rules._rule import Candidate, Example, Rule

from losslint.analysis.outcome import Outcome, Problem
from losslint.analysis.values import Kind
from losslint.model import Severity

PAGE = """
# LL402: half-precision-batch-sum

A sum over the batch has the dtype float16 or bfloat16.

## What it finds

A sum whose axes contain the batch, of a value that was cast to (or created in) half precision in the same loss. The
finding sits on the sum. What a mixed-precision policy does to layers is not seen; a `cast` to float32 ends it.

## Why it matters

float16 ends at 65504, which a batch of images reaches at once: 512 × 512 pixels are 262144 terms. The sum of n ones:

| n | 257 | 2049 | 70000 |
|---|---|---|---|
| float16: sum | 257 | 2048 | inf |
| bfloat16: sum | 256 | 2048 | 70144 |
| float32: sum | 257 | 2049 | 70000 |
| float16: mean | 1 | 1 | nan |

On the CPU, TensorFlow accumulates such sums more precisely and rounds the result, so what is lost is range (float16)
or digits (bfloat16 keeps eight bits); `reduce_mean` in float16 divides after the overflow. A division by the batch
size that follows comes too late. Whether a sum overflows depends on the batch size: the small test passes.

## Bad

{bad}

## Good

{good}

## How to fix

Cast to float32 before the reduction (`tf.cast(x, tf.float32)`), or average over the axes of one sample first. Keep
the loss in float32 under mixed precision; that costs next to nothing beside the model.

## When to ignore it

When the terms are so small and so few that their sum stays below 1e4, and three digits are enough.
"""

BAD = (
    Example(
        code="""
import tensorflow as tf


def reconstruction_loss(y_true, y_pred):
    error = tf.cast(tf.square(y_true - y_pred), tf.float16)
    batch_size = tf.cast(tf.shape(y_pred)[0], tf.float32)
    return tf.cast(tf.reduce_sum(error), tf.float32) / batch_size
""",
        loss="reconstruction_loss",
        inputs=("(N,4):sign", "(N,4):binary"),
        degree="0",
        gradient_degree="0",
        coupled=False,
    ),
    Example(
        code="""
from keras import ops


def absolute_loss(y_true, y_pred):
    error = ops.abs(ops.cast(y_true, "bfloat16") - ops.cast(y_pred, "bfloat16"))
    batch_size = ops.cast(ops.shape(y_pred)[0], "float32")
    return ops.cast(ops.sum(error), "float32") / batch_size
""",
        loss="absolute_loss",
        inputs=("(N,1):sign", "(N,1):binary"),
        degree="0",
        gradient_degree="0",
        coupled=False,
    ),
)

GOOD = (
    Example(
        code="""
import tensorflow as tf


def reconstruction_loss(y_true, y_pred):
    error = tf.cast(tf.square(y_true - y_pred), tf.float32)
    batch_size = tf.cast(tf.shape(y_pred)[0], tf.float32)
    return tf.reduce_sum(error) / batch_size
""",
        loss="reconstruction_loss",
        degree="0",
        gradient_degree="0",
        coupled=False,
    ),
    Example(
        code="""
from keras import ops


def absolute_loss(y_true, y_pred):
    error = ops.abs(ops.cast(y_true, "bfloat16") - ops.cast(y_pred, "bfloat16"))
    return ops.sum(ops.cast(error, "float32"), axis=-1)
""",
        loss="absolute_loss",
        degree="0",
        gradient_degree="0",
        coupled=False,
    ),
)


def find(outcome: Outcome) -> Iterator[Problem]:
    """Every sum over the batch of values in half precision."""
    yield from distinct(
        Problem(
            flaw.step.site,
            MESSAGE.format(dtype=flaw.subject, cost=COST[flaw.subject]),
            trail(value, flaw),
            value,
        )
        for value in values(outcome)
        for flaw in of_kind(value, Kind.HALF)
    )


COST = {"float16": "overflows at 65504", "bfloat16": "keeps three digits"}
MESSAGE = "this sum over the batch is held in {dtype}, which {cost}; cast to float32 before the sum"


def fix(problem: Problem, bench: Bench) -> Iterator[Candidate]:
    """No edit: what follows may need the half precision that a cast here would take away."""
    text = bench.text(problem.site)
    if text:
        yield advice(
            f"cast what `{text}` adds up to float32 before it is added, and what comes out back where that is needed"
        )


RULE = Rule(
    code="LL402",
    name="half-precision-batch-sum",
    severity=Severity.WARNING,
    summary="A batch sum is held in float16 or bfloat16, which overflows or keeps three digits.",
    page=with_examples(PAGE, bad=BAD, good=GOOD),
    find=find,
    bad=BAD,
    good=GOOD,
    related=("LL101",),
    fix=fix,
)
