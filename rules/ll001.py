"""A file that Python cannot parse."""

from __future__ import annotations

from losslint.rules._page import with_examples
from losslint.rules._rule import Example, Rule, nothing

from losslint.model import Severity

PAGE = """
# LL001: syntax-error

The file does not parse, so nothing in it was checked.

## What it finds

Anything that Python itself calls a syntax error, at the line and column that Python gives: an unclosed bracket, a
missing colon, tabs mixed with spaces, a null byte, Python 2's `print x`. The parser is that of the Python which runs
losslint: syntax that is newer than it (`match` before 3.10, `type X = …` before 3.12) is an error too. In a notebook
each cell that does not parse is told, and the others are checked without it.

## Why it matters

A file that is skipped without a word looks like a file without findings. The other files are still checked, and the
run ends with status 1.

## Bad

{bad}

## Good

{good}

## How to fix

Run `python -m py_compile FILE` with the Python that the project is written for. If that succeeds, run losslint with
the same version. If the file is a template and not meant to be Python, exclude it.

## When to ignore it

`noqa` does not silence it, because what a comment covers cannot be told where nothing parses. Exclude the file
(`exclude`, `extend-exclude`), name the code in `per-file-ignores`, or write `# losslint: skip-file` into it.
"""

BAD = (
    Example(
        code="""
import tensorflow as tf


def reconstruction_loss(y_true, y_pred):
    return tf.reduce_mean(tf.square(y_true - y_pred)
""",
        loss="",
        degree="unknown",
        coupled=False,
    ),
    Example(
        code="""
from keras import ops


def absolute_loss(y_true, y_pred)
    return ops.mean(ops.abs(y_true - y_pred), axis=-1)
""",
        loss="",
        degree="unknown",
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


def absolute_loss(y_true, y_pred):
    return ops.mean(ops.abs(y_true - y_pred), axis=-1)
""",
        loss="absolute_loss",
        degree="0",
        gradient_degree="0",
        coupled=False,
    ),
)

RULE = Rule(
    code="LL001",
    name="syntax-error",
    severity=Severity.ERROR,
    summary="A file does not parse, so nothing in it was checked.",
    page=with_examples(PAGE, bad=BAD, good=GOOD),
    find=nothing,
    bad=BAD,
    good=GOOD,
)
