"""A mean over the batch reaches a non-linear operation."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from losslint.rules._find import coupling
from losslint.rules._fix import Bench, advice, flaws_at
from losslint.rules._page import with_examples
from losslint.rules._rule import Candidate, Example, Rule

from losslint.analysis.outcome import Outcome, Problem
from losslint.analysis.values import Kind
from losslint.model import Severity

PAGE = """
# LL201: batch-statistic-into-nonlinearity

A mean over the batch, or a sum divided by the batch size, enters a non-linear operation. The loss no longer scales
with N, but it is not an average over samples any more.

## What it finds

`sqrt`, `log`, `exp`, `abs`, `square`, a product of two such means and the like, of a batch statistic of degree 0. The
finding sits on the non-linear operation. The same operation on one value per sample is not meant, nor is a constant
factor.

## Why it matters

The order matters: the root of a mean is not the mean of the roots. Micro-batches (gradient accumulation), replicas
and the last, partial batch then optimise something else than the whole batch does. One batch of 64 random samples,
against the mean over its micro-batches:

| micro-batch | 64 | 16 | 4 | 1 |
|---|---|---|---|---|
| `mean(square(e))` | 1.35 | 1.35 | 1.35 | 1.35 |
| `sqrt(mean(square(e)))` | 1.16 | 1.14 | 1.09 | 0.965 |
| `log(1 + mean(abs(e)))` | 0.675 | 0.67 | 0.659 | 0.626 |
| `abs(mean(y_pred) - 0.5)` | 0.423 | 0.423 | 0.49 | 0.843 |

The gradient of each sample depends on who else is in the batch; for the root it is divided by the error of the whole
batch, so that one outlier quiets everybody else. The last row is the "mean of the predictions should be 0.5" penalty:
on a micro-batch of 1 it asks every single prediction to be 0.5.

## Bad

{bad}

## Good

{good}

## How to fix

Apply the operation per sample and average afterwards, or leave it out: the mean squared error has the same minimum as
its root, and the root can be a metric. Dividing the statistic by N once more is no fix (LL104).

## When to ignore it

When a statistic of the whole batch is what you want to constrain (a balance of classes, an entropy of the mean
prediction, a moment) and N is large and constant. Accumulate statistics, not losses, if you split such a batch.
"""

BAD = (
    Example(
        code="""
import tensorflow as tf


def rmse_loss(y_true, y_pred):
    return tf.sqrt(tf.reduce_mean(tf.square(y_true - y_pred)))
""",
        loss="rmse_loss",
        degree="0",
        gradient_degree="0",
        coupled=True,
    ),
    Example(
        code="""
from keras import ops


def log_error_loss(y_true, y_pred):
    batch_size = ops.cast(ops.shape(y_pred)[0], y_pred.dtype)
    return ops.log(1.0 + ops.sum(ops.abs(y_true - y_pred)) / batch_size)
""",
        loss="log_error_loss",
        degree="0",
        gradient_degree="0",
        coupled=True,
    ),
    Example(
        code="""
from tensorflow.keras import backend as K


def balanced_loss(y_true, y_pred):
    error = K.mean(K.square(y_true - y_pred))
    return error + K.abs(K.mean(y_pred) - 0.5)
""",
        loss="balanced_loss",
        degree="0",
        gradient_degree="0",
        coupled=True,
    ),
)

GOOD = (
    Example(
        code="""
import tensorflow as tf


def rmse_loss(y_true, y_pred):
    return tf.sqrt(tf.reduce_mean(tf.square(y_true - y_pred), axis=-1))
""",
        loss="rmse_loss",
        degree="0",
        gradient_degree="0",
        coupled=False,
    ),
    Example(
        code="""
from keras import ops


def log_error_loss(y_true, y_pred):
    error = ops.sum(ops.abs(y_true - y_pred), axis=-1)
    return ops.mean(ops.log(1.0 + error))
""",
        loss="log_error_loss",
        degree="0",
        gradient_degree="0",
        coupled=False,
    ),
)


def find(outcome: Outcome) -> Iterable[Problem]:
    """Every non-linear operation on a mean or normalised sum over the batch."""
    return coupling(outcome, Kind.STATISTIC, MESSAGE)


MESSAGE = "`{operation}` is applied to a statistic of the whole batch (line {source}), so micro-batches, replicas and batch sizes no longer agree; apply it per sample before the batch is reduced"


def fix(problem: Problem, bench: Bench) -> Iterator[Candidate]:
    """No edit is right: which statistic was meant, the author knows."""
    for flaw in flaws_at(problem, Kind.STATISTIC):
        reductions = [step.site for step in flaw.sources[:2] if bench.text(step.site)]
        named = " and ".join(dict.fromkeys(f"`{bench.text(site)}`" for site in reductions))
        if not reductions:
            continue
        axes = sorted({bench.sample_axes(site) for site in reductions})
        if not all(map(bench.takes_axes, reductions)):
            yield advice(
                f"{named} runs over the batch: form it over what one sample holds, apply `{flaw.operation}`, and take "
                f"the mean over the batch last; if the batch is meant, keep its size the same"
            )
        elif axes == [""]:
            yield advice(
                f"each sample has one number in {named}: apply `{flaw.operation}` to it, and take the mean over the "
                f"batch last"
            )
        else:
            yield advice(
                f"give {named} the axes of one sample (`axis={axes[-1]}`), apply `{flaw.operation}` to each sample's "
                f"value, and take the mean over the batch last"
            )


RULE = Rule(
    code="LL201",
    name="batch-statistic-into-nonlinearity",
    severity=Severity.WARNING,
    summary="A mean over the batch enters a non-linear operation, so micro-batches and replicas disagree.",
    page=with_examples(PAGE, bad=BAD, good=GOOD),
    find=find,
    bad=BAD,
    good=GOOD,
    related=("LL102", "LL202", "LL203"),
    fix=fix,
)
