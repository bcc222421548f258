"""A comment that silences a finding which is not there."""

from __future__ import annotations

from losslint.rules._page import with_examples
from losslint.rules._rule import Example, Rule, nothing

from losslint.model import Severity

PAGE = """
# LL002: unused-suppression

A `# noqa: LL…` or `# losslint: ignore[LL…]` comment stands where no finding of that code would appear.

## What it finds

A suppression that named an LL code, or that was written for losslint without a code (`# losslint: ignore`), and that
silenced nothing in this run. A bare `# noqa` is left alone, because it may be meant for another linter, and so are
codes of other tools and LL codes that this run did not select.

## Why it matters

The comment outlives its reason. When the line is changed again and the finding comes back, it is silenced unseen. In
the first example below the sum was mended long ago: TensorFlow measures degree 0, and the comment says otherwise.

## Bad

{bad}

## Good

{good}

## How to fix

Delete the comment, or the code from its list. If it belonged to a neighbouring line, move it there: a suppression
counts on the first or last line of the expression that the finding marks, or on the `def` for the whole loss.

## When to ignore it

When the file is checked with different selections, and the comment is of use in another one that this run cannot see;
or when a generated file carries its comments from a template. Put LL002 into `per-file-ignores` for such files.
"""

BAD = (
    Example(
        code="""
import tensorflow as tf


def reconstruction_loss(y_true, y_pred):
    return tf.reduce_mean(tf.square(y_true - y_pred))  # noqa: LL101
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
    error = ops.abs(y_true - y_pred)  # losslint: ignore[LL201] wanted
    return ops.mean(error, axis=-1)
""",
        loss="absolute_loss",
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
    return tf.reduce_mean(tf.square(y_true - y_pred))
""",
        loss="reconstruction_loss",
        degree="0",
        gradient_degree="0",
        coupled=False,
    ),
    Example(
        code="""
from keras import ops


def likelihood_loss(y_true, y_pred):
    error = ops.square(y_true - y_pred)
    return ops.sum(error)  # losslint: ignore[LL101] one fixed full batch
""",
        loss="likelihood_loss",
        degree="1",
        gradient_degree="1",
        coupled=False,
    ),
)

RULE = Rule(
    code="LL002",
    name="unused-suppression",
    severity=Severity.WARNING,
    summary="A comment silences an LL code that has nothing to say on its line.",
    page=with_examples(PAGE, bad=BAD, good=GOOD),
    find=nothing,
    bad=BAD,
    good=GOOD,
)
