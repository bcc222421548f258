"""A batch sum is divided by a batch size that was written down, not read from the batch."""

from __future__ import annotations

from collections.abc import Iterator

from losslint.rules._find import growing, of_kind, trail, values
from losslint.rules._fix import Bench, flaws_at, offered
from losslint.rules._page import with_examples
from losslint.rules._rule import Candidate, Example, Rule

from losslint.analysis.degree import MIXED
from losslint.analysis.outcome import Outcome, Problem
from losslint.analysis.values import Kind
from losslint.model import Severity

PAGE = """
# LL105: constant-batch-size

A batch sum is divided by a literal, a constant or an attribute that stands for the batch size, not by the size of the
batch that came in.

## What it finds

`reduce_sum(x) / 32`, `/ BATCH_SIZE`, `* (1 / self.batch_size)`, where the value is not read from a tensor's shape.
The finding sits on the division and takes the place of LL101: one cause, one finding. An attribute that another
method sets from `tf.shape` or `tf.size` is the batch's own size and stays silent.

## Why it matters

The loss has the right scale for exactly one batch size. Measured with `BATCH_SIZE = 32` and samples that all have an
error of 1, for a full batch, a last, partial one, and one of the next experiment:

| samples in the batch | 32 | 4 | 64 |
|---|---|---|---|
| sum / 32: loss | 1 | 0.125 | 2 |
| sum / 32: gradient in a shared bias | 2 | 0.25 | 4 |
| sum / batch's own size: loss | 1 | 1 | 1 |
| sum / batch's own size: gradient in a shared bias | 2 | 2 | 2 |

Doubling the batch without touching the constant doubles loss and gradient; the degree that TensorFlow measures is 1,
as if there were no division. A mean over the batches of an epoch counts the partial one as nearly solved, and a
validation loss at another batch size is not comparable with the training loss at all.

## Bad

{bad}

## Good

{good}

## How to fix

Take the size from the data: `tf.shape(y_pred)[0]`, `ops.shape(y_pred)[0]`, or simply the mean. Not `len(y_pred)` and
not `y_pred.shape[0]`, which are unknown while a graph is traced (LL107).

## When to ignore it

Under a `tf.distribute` strategy the documented idiom divides by the *global* batch size, which no replica can see:
`tf.nn.compute_average_loss(per_sample, global_batch_size=…)`. The rule is silent there. A pipeline that drops the
partial batch (`drop_remainder=True`) and never changes N is safe too; so is a divisor that is no batch size at all.
"""

BAD = (
    Example(
        code="""
import tensorflow as tf

BATCH_SIZE = 32


def reconstruction_loss(y_true, y_pred):
    return tf.reduce_sum(tf.square(y_true - y_pred)) / BATCH_SIZE
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


class AbsoluteLoss(keras.losses.Loss):
    def __init__(self, batch_size=16, name="absolute_loss"):
        super().__init__(name=name)
        self.batch_size = batch_size

    def call(self, y_true, y_pred):
        return ops.sum(ops.abs(y_true - y_pred)) / self.batch_size
""",
        loss="AbsoluteLoss.call",
        degree="1",
        gradient_degree="1",
        coupled=False,
    ),
)

GOOD = (
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
    Example(
        code="""
import keras
from keras import ops


class AbsoluteLoss(keras.losses.Loss):
    def call(self, y_true, y_pred):
        return ops.sum(ops.abs(y_true - y_pred), axis=-1)
""",
        loss="AbsoluteLoss.call",
        degree="0",
        gradient_degree="0",
        coupled=False,
    ),
)


def find(outcome: Outcome) -> Iterator[Problem]:
    """Every division of a batch sum by a constant, or by a batch size that is one in name only."""
    for value in values(outcome):
        unequal = value.degree is MIXED and bool(of_kind(value, Kind.UNEQUAL))
        wanted = [Kind.LITERAL] if unequal or value in list(growing(outcome)) else []
        if value.degree == 0 and not outcome.distributed:
            wanted.append(Kind.NOMINAL)
        for flaw in of_kind(value, *wanted):
            message = (
                f"a batch sum is divided by `{flaw.subject}` instead of the size of the batch at hand, which differs on the last, "
                f"partial batch and after every change of the setting; divide by the tensor's own first dimension"
            )
            yield Problem(flaw.step.site, message, trail(value, flaw), value)


def fix(problem: Problem, bench: Bench) -> Iterator[Candidate]:
    """The batch's own size in the place of the constant."""
    for flaw in flaws_at(problem, Kind.LITERAL, Kind.NOMINAL):
        yield from offered(bench.own_size(problem.site, flaw.subject))


RULE = Rule(
    code="LL105",
    name="constant-batch-size",
    severity=Severity.WARNING,
    summary="A batch sum is divided by a constant instead of by the batch's own size.",
    page=with_examples(PAGE, bad=BAD, good=GOOD),
    find=find,
    bad=BAD,
    good=GOOD,
    related=("LL101", "LL107", "LL302"),
    fix=fix,
)
