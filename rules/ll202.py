"""A variance, deviation or covariance over the batch is part of the loss."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import replace

from losslint.rules._find import coupling
from losslint.rules._fix import Bench, advice, offered
from losslint.rules._page import with_examples
from losslint.rules._rule import Candidate, Example, Rule

from losslint.analysis.outcome import Outcome, Problem
from losslint.analysis.values import Kind
from losslint.model import Severity

PAGE = """
# LL202: batch-variance-returned

The variance, standard deviation or covariance of the samples of the batch is part of what the loss returns.

## What it finds

`reduce_variance`, `reduce_std`, `ops.var`, `ops.std`, `K.var`, `K.std`, `tf.nn.moments` over axes that contain the
batch. The finding sits on that call. A variance over feature or spatial axes of one sample is not meant.

## Why it matters

It has the right scale when samples are repeated (degree 0), but two other things are wrong. It couples the samples: a
batch does not spread as its micro-batches do, and a micro-batch of 1 does not spread at all. And it is biased: it
estimates the variance times (N - 1) / N. Averages over 4,000 batches of one unit-variance prediction per sample:

| N | 2 | 4 | 8 | 32 |
|---|---|---|---|---|
| `reduce_variance(y_pred)` | 0.5 | 0.75 | 0.87 | 0.97 |
| `reduce_variance(y_pred) * N / (N - 1)` | 0.99 | 1 | 0.99 | 1 |
| `reduce_std(y_pred)` | 0.56 | 0.8 | 0.9 | 0.98 |

So gradient accumulation over micro-batches of 2 optimises half of the penalty that the whole batch would see.

## Bad

{bad}

## Good

{good}

## How to fix

Ask whether the spread is meant per sample (give the `axis`). If a batch variance is wanted, Bessel's factor
`N / (N - 1)` removes the bias of the variance (not wholly that of the deviation), and a moving average of the moments
removes most of the coupling. Dividing by the batch size does neither: it makes the degree -1 (LL104).

## When to ignore it

When the method is built on batch statistics and the batch is large: variance and covariance terms that keep
embeddings from collapsing, moment matching, MMD. Then keep N constant and drop the last, partial batch.
"""

BAD = (
    Example(
        code="""
import tensorflow as tf


def variance_loss(y_true, y_pred):
    error = tf.reduce_mean(tf.square(y_true - y_pred))
    return error + 0.1 * tf.math.reduce_variance(y_pred)
""",
        loss="variance_loss",
        degree="0",
        gradient_degree="0",
        coupled=True,
    ),
    Example(
        code="""
import keras
from keras import ops


class SpreadLoss(keras.losses.Loss):
    def call(self, y_true, y_pred):
        return ops.mean(ops.std(y_true - y_pred, axis=0))
""",
        loss="SpreadLoss.call",
        degree="0",
        gradient_degree="0",
        coupled=True,
    ),
)

GOOD = (
    Example(
        code="""
import tensorflow as tf


def variance_loss(y_true, y_pred):
    error = tf.reduce_mean(tf.square(y_true - y_pred), axis=-1)
    return error + 0.1 * tf.math.reduce_variance(y_pred, axis=-1)
""",
        loss="variance_loss",
        degree="0",
        gradient_degree="0",
        coupled=False,
    ),
    Example(
        code="""
import keras
from keras import ops


class SpreadLoss(keras.losses.Loss):
    def call(self, y_true, y_pred):
        return ops.mean(ops.std(y_true - y_pred, axis=-1))
""",
        loss="SpreadLoss.call",
        degree="0",
        gradient_degree="0",
        coupled=False,
    ),
)


def find(outcome: Outcome) -> Iterable[Problem]:
    """Every variance or standard deviation over the batch."""
    return coupling(outcome, Kind.VARIANCE, MESSAGE)


MESSAGE = "`{operation}` over the batch couples its samples and is biased by (N-1)/N; compute it over the features of each sample, or multiply by N/(N-1) if the batch statistic is meant"


def fix(problem: Problem, bench: Bench) -> Iterator[Candidate]:
    """Bessel's factor, or over the features of a sample: another loss either way, so never without being asked."""
    for candidate in offered(bench.unbiased(problem.site), bench.over_features(problem.site)):
        yield replace(candidate, applicability="unsafe")
    text = bench.text(problem.site)
    if text:
        yield advice(
            f"if the statistic of the batch is meant, multiply the variance of `{text}` by n / max(n - 1, 1) with the "
            f"number of samples n, which takes its bias away (a standard deviation: take the root after that)"
        )


RULE = Rule(
    code="LL202",
    name="batch-variance-returned",
    severity=Severity.WARNING,
    summary="A variance over the batch is part of the loss: samples are coupled, and it is biased by (N-1)/N.",
    page=with_examples(PAGE, bad=BAD, good=GOOD),
    find=find,
    bad=BAD,
    good=GOOD,
    related=("LL104", "LL201"),
    fix=fix,
)
