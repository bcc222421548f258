"""A batch sum reaches an operation that no later division can undo."""

from __future__ import annotations

from collections.abc import Iterator

from losslint.rules._find import line_of, of_kind, trail, values
from losslint.rules._fix import Bench, advice, by_hand, flaws_at, less_divided, normalised, offered
from losslint.rules._page import with_examples
from losslint.rules._rule import Candidate, Example, Rule

from losslint.analysis.degree import MIXED
from losslint.analysis.outcome import Outcome, Problem
from losslint.analysis.values import Flaw, Kind, Tensor
from losslint.model import Severity

PAGE = """
# LL102: batch-sum-into-nonlinearity

A value that scales with the batch size enters an operation that does not keep scales: `log`, `exp`, `tanh`,
`sigmoid`, `softplus`, `clip` and the like.

## What it finds

A non-homogeneous operation whose argument has a batch degree other than 0, usually a bare `reduce_sum`. Roots, powers
and absolute values keep a single power of N and are not meant: their result is still judged by its degree (LL101).

## Why it matters

What comes out follows no power of N, so no later division by the batch size repairs it. Four samples, repeated, with
e = y_true - y_pred:

| N | 4 | 16 | 64 | 256 |
|---|---|---|---|---|
| `log(1 + sum(abs(e)))` | 2.47 | 3.79 | 5.16 | 6.54 |
| `log(1 + sum(abs(e))) / N` | 0.617 | 0.237 | 0.0806 | 0.0255 |
| `log(1 + sum(abs(e)) / N)` | 1.31 | 1.31 | 1.31 | 1.31 |
| `tanh(0.05 * sum(abs(e)))` | 0.493 | 0.974 | 1 | 1 |
| gradient norm of the `tanh` | 0.15 | 0.042 | 4.1e-07 | 0 |
| gradient norm of the `log` | 0.339 | 0.362 | 0.369 | 0.37 |

The `tanh` looks settled while its gradient dies: the loss stops training as the batch grows. A logarithm is kinder:
`log(sum)` shifts by log k and leaves the gradient alone, and its finding says gradient degree 0; what is wrong then
is the value, for comparisons between runs and for early stopping. `log(1 + sum)` comes close to that where the sum is
far above 1, and scales like the sum itself where it is far below.

## Bad

{bad}

## Good

{good}

## How to fix

Apply the non-linear operation to each sample and average the results. Dividing the sum by the batch size *before* the
operation also removes the dependence on N, but the samples stay coupled, which LL201 then says.

## When to ignore it

When the sum is inside a log-partition function that couples samples by design, as in InfoNCE: its value is expected
to grow by log N. A batch size that never changes, not even in the last batch, also hides it.
"""

BAD = (
    Example(
        code="""
import tensorflow as tf


def log_error_loss(y_true, y_pred):
    return tf.math.log(1.0 + tf.reduce_sum(tf.abs(y_true - y_pred)))
""",
        loss="log_error_loss",
        degree="mixed",
        gradient_degree="mixed",
        coupled=True,
    ),
    Example(
        code="""
import keras
from keras import ops


class BoundedLoss(keras.losses.Loss):
    def call(self, y_true, y_pred):
        error = ops.sum(ops.abs(y_true - y_pred))
        return ops.tanh(0.05 * error)
""",
        loss="BoundedLoss.call",
        degree="mixed",
        gradient_degree="mixed",
        coupled=True,
    ),
)

GOOD = (
    Example(
        code="""
import tensorflow as tf


def log_error_loss(y_true, y_pred):
    error = tf.reduce_sum(tf.abs(y_true - y_pred), axis=-1)
    return tf.reduce_mean(tf.math.log(1.0 + error))
""",
        loss="log_error_loss",
        degree="0",
        gradient_degree="0",
        coupled=False,
    ),
    Example(
        code="""
import keras
from keras import ops


class BoundedLoss(keras.losses.Loss):
    def call(self, y_true, y_pred):
        error = ops.sum(ops.abs(y_true - y_pred), axis=-1)
        return ops.tanh(0.05 * error)
""",
        loss="BoundedLoss.call",
        degree="0",
        gradient_degree="0",
        coupled=False,
    ),
)


def find(outcome: Outcome) -> Iterator[Problem]:
    """Every non-homogeneous operation on a value that scales with the batch."""
    for value in values(outcome):
        if value.degree is not MIXED:
            continue
        for flaw in of_kind(value, Kind.NONLINEAR):
            if value.slope == 0 and _of_pairs(value, flaw):
                continue
            unharmed = " (its gradient is not affected, only its value)" if value.slope == 0 else ""
            message = (
                f"`{flaw.operation}` is applied to a value that scales with the batch (line {line_of(flaw)}), which no later "
                f"division can undo{unharmed}; divide by the batch size first, or reduce over the non-batch axes only"
            )
            yield Problem(flaw.step.site, message, trail(value, flaw), value)


def _of_pairs(value: Tensor, flaw: Flaw) -> bool:
    """Whether what scales is a sum over candidates from the batch: a contrastive loss, whose log N is its design (LL205)."""
    return any(set(pair.sources) & set(flaw.sources) for pair in of_kind(value, Kind.PAIRWISE))


def fix(problem: Problem, bench: Bench) -> Iterator[Candidate]:
    """The sums that reach the operation, before they do; or the division that went below degree 0."""
    for flaw in flaws_at(problem, Kind.NONLINEAR):
        if bench.compares_samples(flaw.sources):
            yield advice(
                "this loss compares the samples of a batch with each other, which a division does not undo: compare "
                "with a fixed number of others, or keep the batch size the same"
            )
            return
        yield from offered(bench.per_sample([flaw.step]))
        yield from normalised(problem, bench, flaw.sources, reduced_again=True)
        yield from less_divided(problem, bench)
        yield from by_hand(bench, flaw.sources)


RULE = Rule(
    code="LL102",
    name="batch-sum-into-nonlinearity",
    severity=Severity.ERROR,
    summary="A value that scales with the batch size enters an operation that keeps no scale.",
    page=with_examples(PAGE, bad=BAD, good=GOOD),
    find=find,
    bad=BAD,
    good=GOOD,
    related=("LL101", "LL201"),
    fix=fix,
)
