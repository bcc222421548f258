"""The batch size is read where a traced graph does not know it."""

from __future__ import annotations

from collections.abc import Iterator

from losslint.rules._find import distinct, of_kind, trail, values
from losslint.rules._fix import Bench, offered
from losslint.rules._page import with_examples
from losslint.rules._rule import Candidate, Example, Rule

from losslint.analysis.outcome import Outcome, Problem
from losslint.analysis.values import Kind
from losslint.model import Severity

PAGE = """
# LL107: static-batch-dimension

The batch size is taken from the static shape: `x.shape[0]`, `len(x)`, `K.int_shape(x)[0]`, `x.get_shape()[0]`.

## What it finds

One of these, on the batch axis of a tensor, in the value that a loss computes. Other axes (`x.shape[-1]`,
`x.shape[1:]`) are static in most models and not meant, nor is a training step of your own without `tf.function`,
NumPy code, or a size that is asked for first (`x.shape[0] or tf.shape(x)[0]`).

## Why it matters

Eagerly it is right, and TensorFlow measures degree 0. Traced with an unknown batch size it is `None`, and the loss
does not run at all. What `model.fit` says to `reduce_sum(square(e)) / y_pred.shape[0]`, with `batch_size=8`:

| samples | 16 | 20 |
|---|---|---|
| `y_pred.shape[0]` | runs | ValueError |
| `len(y_pred)` | TypeError | TypeError |
| `tf.shape(y_pred)[0]` | runs | runs |

So it passes on data that divides evenly and fails on the first data set that does not. In a `tf.function` without a
signature, every new batch size is traced again, with the size baked into the graph. In the body of a `tf.function` of
your own `len(x)` is translated and no finding: it is the size that the graph has when it runs.

## Bad

{bad}

## Good

{good}

## How to fix

`tf.shape(x)[0]`, `ops.shape(x)[0]` or `K.shape(x)[0]` is known when the graph runs. In TensorFlow these are integers,
so cast them to the dtype of the loss before dividing. Often the mean says the same in one word.

## When to ignore it

When the input signature fixes the batch size, when the code never leaves eager mode, or with the JAX backend of
Keras, where shapes are static by design.
"""

BAD = (
    Example(
        code="""
import tensorflow as tf


def reconstruction_loss(y_true, y_pred):
    return tf.reduce_sum(tf.square(y_true - y_pred)) / y_pred.shape[0]
""",
        loss="reconstruction_loss",
        degree="0",
        gradient_degree="0",
        coupled=False,
    ),
    Example(
        code="""
from tensorflow.keras import backend as K


def absolute_loss(y_true, y_pred):
    batch_size = K.int_shape(y_pred)[0]
    return K.sum(K.abs(y_true - y_pred)) / batch_size
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
from keras import ops


def absolute_loss(y_true, y_pred):
    features = y_pred.shape[-1]
    return ops.sum(ops.abs(y_true - y_pred), axis=-1) / features
""",
        loss="absolute_loss",
        degree="0",
        gradient_degree="0",
        coupled=False,
    ),
)


def find(outcome: Outcome) -> Iterator[Problem]:
    """Every static batch size that went into the value of a loss which a framework traces.

    In a step of one's own ``tf.function`` translates ``len(x)``; what Keras calls it leaves as it is.
    """
    if outcome.traced:
        yield from distinct(
            Problem(flaw.step.site, MESSAGE, trail(value, flaw), value)
            for value in values(outcome)
            for flaw in of_kind(value, Kind.STATIC)
            if not (flaw.operation == "len" and outcome.use is not None)
        )


MESSAGE = (
    "the batch size is read from the static shape, which is None or fails when the loss is traced; take it from "
    "`tf.shape(x)[0]` (`ops.shape`, `K.shape`), or the mean"
)


def fix(problem: Problem, bench: Bench) -> Iterator[Candidate]:
    """The dynamic shape in the place of the static one."""
    yield from offered(bench.dynamic_size(problem.site))


RULE = Rule(
    code="LL107",
    name="static-batch-dimension",
    severity=Severity.WARNING,
    summary="The batch size is read as a static dimension, which is None or fails while a graph is traced.",
    page=with_examples(PAGE, bad=BAD, good=GOOD),
    find=find,
    bad=BAD,
    good=GOOD,
    related=("LL105",),
    fix=fix,
)
