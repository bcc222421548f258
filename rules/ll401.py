"""A logarithm of a sum of exponentials overflows where the built-in does not."""

from __future__ import annotations

from collections.abc import Iterator

from losslint.rules._find import distinct, of_kind, trail, values
from losslint.rules._fix import Bench, advice, offered
from losslint.rules._page import with_examples
from losslint.rules._rule import Candidate, Example, Rule

from losslint.analysis.outcome import Outcome, Problem
from losslint.analysis.values import Kind
from losslint.model import Severity

PAGE = """
# LL401: log-sum-exp

The logarithm of a sum of exponentials is written out as `log(reduce_sum(exp(x)))`.

## What it finds

`log` of `reduce_sum` (or `reduce_mean`) of `exp`, over any axis, in `tf`, `keras.ops` and `K`, also through
variables. The finding sits on the logarithm. `log(1 + exp(x))` is `softplus` and not meant here.

## Why it matters

In float32 TensorFlow's `exp` is infinite from 88.8 and 0 from -87.4 on (float16: infinite from 11.1). The two-entry
vector `[s, s - 1]`, and the gradient that comes back:

| s | 80 | 100 | -200 |
|---|---|---|---|
| `log(reduce_sum(exp(x)))` | 80.3 | inf | -inf |
| its gradient in the first entry | 0.731 | nan | nan |
| `reduce_logsumexp(x)` | 80.3 | 100 | -200 |
| its gradient there | 0.731 | 0.731 | 0.731 |

One NaN in the gradient of a loss makes every weight that it reaches NaN at the next step.

## Bad

{bad}

## Good

{good}

## How to fix

`tf.reduce_logsumexp(x, axis=…)`, `ops.logsumexp(x, axis=…)`; for a cross-entropy the built-in from logits. The value
is the same where both are finite, so the fix is safe.

## When to ignore it

When `x` is bounded, for example a cosine similarity between -1 and 1 divided by a temperature that is not tiny.
"""

BAD = (
    Example(
        code="""
import tensorflow as tf


def cross_entropy_loss(y_true, y_pred):
    log_total = tf.math.log(tf.reduce_sum(tf.exp(y_pred), axis=-1))
    return log_total - tf.reduce_sum(y_true * y_pred, axis=-1)
""",
        loss="cross_entropy_loss",
        inputs=("(N,4):onehot", "(N,4):real"),
        degree="0",
        gradient_degree="0",
        coupled=False,
    ),
    Example(
        code="""
import keras
from keras import ops


class FreeEnergy(keras.losses.Loss):
    def call(self, y_true, y_pred):
        partition = ops.sum(ops.exp(-y_pred), axis=-1)
        energy = ops.sum(y_true * y_pred, axis=-1)
        return energy + ops.log(partition)
""",
        loss="FreeEnergy.call",
        inputs=("(N,4):onehot", "(N,4):real"),
        degree="0",
        gradient_degree="0",
        coupled=False,
    ),
)

GOOD = (
    Example(
        code="""
import tensorflow as tf


def cross_entropy_loss(y_true, y_pred):
    log_total = tf.reduce_logsumexp(y_pred, axis=-1)
    return log_total - tf.reduce_sum(y_true * y_pred, axis=-1)
""",
        loss="cross_entropy_loss",
        inputs=("(N,4):onehot", "(N,4):real"),
        degree="0",
        gradient_degree="0",
        coupled=False,
    ),
    Example(
        code="""
import keras
from keras import ops


class FreeEnergy(keras.losses.Loss):
    def call(self, y_true, y_pred):
        log_partition = ops.logsumexp(-y_pred, axis=-1)
        energy = ops.sum(y_true * y_pred, axis=-1)
        return energy + log_partition
""",
        loss="FreeEnergy.call",
        inputs=("(N,4):onehot", "(N,4):real"),
        degree="0",
        gradient_degree="0",
        coupled=False,
    ),
)


def find(outcome: Outcome) -> Iterator[Problem]:
    """Every logarithm of a sum of exponentials that is part of a loss."""
    yield from distinct(
        Problem(flaw.step.site, MESSAGE.format(operation=flaw.operation), trail(value, flaw), value)
        for value in values(outcome)
        for flaw in of_kind(value, Kind.LOG_SUM_EXP)
    )


MESSAGE = (
    "`{operation}` of a sum of exponentials overflows in float32 from 88.8 on and its gradient is NaN then; use "
    "`logsumexp`, which does not"
)


def fix(problem: Problem, bench: Bench) -> Iterator[Candidate]:
    """The stable built-in, which has the same value wherever this one has any."""
    yield from offered(bench.stable_log_sum_exp(problem.site))
    text = bench.text(problem.site)
    if text:
        yield advice(
            f"replace `{text}` and the sum of exponentials behind it by one `logsumexp` over the same axes"
        )


RULE = Rule(
    code="LL401",
    name="log-sum-exp",
    severity=Severity.WARNING,
    summary="log(reduce_sum(exp(x))) overflows; reduce_logsumexp does not.",
    page=with_examples(PAGE, bad=BAD, good=GOOD),
    find=find,
    bad=BAD,
    good=GOOD,
    fix=fix,
)
