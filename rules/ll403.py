"""A division by a sum of the data that can be zero."""

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
# LL403: unguarded-batch-division

The divisor is a sum over the batch that depends on the data, and nothing keeps it from being zero.

## What it finds

A division by a sum of masks, weights, flags or labels over the batch, without `divide_no_nan`, `maximum(…, 1)`, an
`if` or `tf.cond` on it, or an epsilon in the divisor. The finding sits on the division. The number of samples cannot
be zero and is not meant. LL203 speaks about the same division for another reason, that it couples samples; in the
examples that is settled by a comment.

## Why it matters

A batch without a single unmasked token, positive box or foreground pixel comes sooner or later, and the smaller the
batch, the sooner: if 5 % of the samples have any, the share of batches that have none is

| N | 2 | 8 | 32 | 128 |
|---|---|---|---|---|
| batches without any | 90 % | 66 % | 19 % | 0.14 % |

0 / 0 is NaN, and one step with a NaN gradient makes every weight NaN that it reaches. With an empty mask:

| | loss | gradient |
|---|---|---|
| `sum(l * m) / sum(m)` | nan | nan |
| `where(sum(m) > 0, sum(l * m) / sum(m), 0)` | 0 | nan |
| `divide_no_nan(sum(l * m), sum(m))` | 0 | 0 |

## Bad

{bad}

## Good

{good}

## How to fix

`tf.math.divide_no_nan(a, b)` (0 where b is 0), or `tf.maximum(count, 1.0)` for counts. An epsilon that is added also
shifts the value a little, and one of 1e-12 is lost in float16. A `tf.where` *around* the division is no guard: the
NaN of the branch that was not taken still comes back in the gradient.

## When to ignore it

When the sum cannot be zero: probabilities of a softmax, counts with a constant added elsewhere, a mask that the data
pipeline guarantees.
"""

BAD = (
    Example(
        code="""
import tensorflow as tf


def masked_loss(y_true, y_pred):
    mask = tf.cast(y_true > 0, y_pred.dtype)
    error = tf.square(y_true - y_pred) * mask
    return tf.reduce_sum(error) / tf.reduce_sum(mask)  # losslint: ignore[LL203] tokens weigh the same
""",
        loss="masked_loss",
        degree="0",
        gradient_degree="0",
        coupled=True,
    ),
    Example(
        code="""
from keras import ops


def recall_loss(y_true, y_pred):
    found = ops.sum(y_true * y_pred)
    return 1.0 - found / ops.sum(y_true)  # losslint: ignore[LL203] recall of the batch
""",
        loss="recall_loss",
        inputs=("(N,4):binary", "(N,4):unit-interval"),
        degree="0",
        gradient_degree="0",
        coupled=True,
    ),
)

GOOD = (
    Example(
        code="""
import tensorflow as tf


def masked_loss(y_true, y_pred):
    mask = tf.cast(y_true > 0, y_pred.dtype)
    error = tf.square(y_true - y_pred) * mask
    return tf.math.divide_no_nan(  # losslint: ignore[LL203] tokens weigh the same
        tf.reduce_sum(error), tf.reduce_sum(mask)
    )
""",
        loss="masked_loss",
        degree="0",
        gradient_degree="0",
        coupled=True,
    ),
    Example(
        code="""
from keras import ops


def recall_loss(y_true, y_pred):
    found = ops.sum(y_true * y_pred, axis=-1)
    return 1.0 - found / ops.maximum(ops.sum(y_true, axis=-1), 1.0)
""",
        loss="recall_loss",
        inputs=("(N,4):binary", "(N,4):unit-interval"),
        degree="0",
        gradient_degree="0",
        coupled=False,
    ),
)


def find(outcome: Outcome) -> Iterator[Problem]:
    """Every unguarded division by a sum of masks or counts over the batch."""
    yield from distinct(
        Problem(flaw.step.site, MESSAGE, trail(value, flaw), value)
        for value in values(outcome)
        for flaw in of_kind(value, Kind.EMPTY)
    )


MESSAGE = (
    "the divisor is a sum over the batch that is zero when no sample counts, which makes the loss NaN; use "
    "`divide_no_nan`, or keep the divisor from zero with `maximum`"
)


def fix(problem: Problem, bench: Bench) -> Iterator[Candidate]:
    """A division that gives 0 for 0/0 and is the same elsewhere."""
    yield from offered(bench.guarded_division(problem.site))
    text = bench.text(problem.site)
    if text:
        yield advice(f"keep the divisor of `{text}` from 0, with `maximum`, an epsilon or `divide_no_nan`")


RULE = Rule(
    code="LL403",
    name="unguarded-batch-division",
    severity=Severity.WARNING,
    summary="A division by a data-dependent batch sum that can be zero is not guarded.",
    page=with_examples(PAGE, bad=BAD, good=GOOD),
    find=find,
    bad=BAD,
    good=GOOD,
    related=("LL203",),
    fix=fix,
)
