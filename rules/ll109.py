"""A loss per sample is differentiated, which adds it up."""

from __future__ import annotations

from collections.abc import Iterator

from losslint.rules._find import distinct, growing, of_kind, trail
from losslint.rules._fix import Bench, offered
from losslint.rules._page import with_examples
from losslint.rules._rule import Candidate, Example, Rule

from losslint.analysis.outcome import Outcome, Problem
from losslint.analysis.uses import ADD_LOSS
from losslint.analysis.values import Kind
from losslint.model import Severity

PAGE = """
# LL109: vector-loss-differentiated

A tensor that still has its batch axis is handed to `tape.gradient`, `tf.gradients` or `minimize`.

## What it finds

A differentiated value of one entry per sample. Keras loss *functions* (`keras.losses.mean_squared_error`) return such
a vector, Keras loss *objects* return its mean, and that is how most cases arise. The finding sits on the call that
differentiates.

## Why it matters

TensorFlow differentiates the sum of what it is given and says nothing. Under `model.fit` Keras would average the same
vector. So the loop that looks like `fit` takes steps that are N times larger, and a loss that is logged with
`reduce_mean` looks right. The gradient in the weight of a linear model, the same four samples, repeated:

| N | 4 | 16 | 64 |
|---|---|---|---|
| `tape.gradient(mean_squared_error(y, p), w)` | 60 | 240 | 960 |
| `tape.gradient(reduce_mean(mean_squared_error(y, p)), w)` | 15 | 15 | 15 |

## Bad

{bad}

## Good

{good}

## How to fix

Average before you differentiate: `tf.reduce_mean(losses)`, or a loss object instead of the function. Under a strategy
use `tf.nn.compute_average_loss`. The gradient becomes N times smaller, so a learning rate that was tuned at N samples
has to become N times larger.

## When to ignore it

When the entries do not share weights (a gradient in the inputs, as in saliency maps and gradient penalties, where the
sum is the usual way to get all per-sample gradients at once), or when the sum over the batch is what you mean.
"""

BAD = (
    Example(
        code="""
import tensorflow as tf


def train_step(model, optimizer, x, y):
    with tf.GradientTape() as tape:
        losses = tf.reduce_sum(tf.square(y - model(x)), axis=-1)
    gradients = tape.gradient(losses, model.trainable_variables)
    optimizer.apply_gradients(zip(gradients, model.trainable_variables))
""",
        loss="train_step",
        degree="1",
        gradient_degree="1",
        coupled=False,
    ),
    Example(
        code="""
import keras
import tensorflow as tf


def train_step(model, optimizer, x, y):
    with tf.GradientTape() as tape:
        losses = keras.losses.mean_squared_error(y, model(x))
    gradients = tape.gradient(losses, model.trainable_variables)
    optimizer.apply_gradients(zip(gradients, model.trainable_variables))
""",
        loss="train_step",
        degree="1",
        gradient_degree="1",
        coupled=False,
    ),
)

GOOD = (
    Example(
        code="""
import tensorflow as tf


def train_step(model, optimizer, x, y):
    with tf.GradientTape() as tape:
        losses = tf.reduce_sum(tf.square(y - model(x)), axis=-1)
        loss = tf.reduce_mean(losses)
    gradients = tape.gradient(loss, model.trainable_variables)
    optimizer.apply_gradients(zip(gradients, model.trainable_variables))
""",
        loss="train_step",
        degree="0",
        gradient_degree="0",
        coupled=False,
    ),
    Example(
        code="""
import keras
import tensorflow as tf

squared_error = keras.losses.MeanSquaredError()


def train_step(model, optimizer, x, y):
    with tf.GradientTape() as tape:
        loss = squared_error(y, model(x))
    gradients = tape.gradient(loss, model.trainable_variables)
    optimizer.apply_gradients(zip(gradients, model.trainable_variables))
""",
        loss="train_step",
        degree="0",
        gradient_degree="0",
        coupled=False,
    ),
)


def find(outcome: Outcome) -> Iterator[Problem]:
    """A differentiated value that still had its batch axis, where the sum over it is not normalised."""
    if outcome.use is None or outcome.use.sink == ADD_LOSS:
        return
    yield from distinct(
        Problem(flaw.step.site, MESSAGE.format(sink=flaw.operation), trail(value, flaw), value)
        for value in growing(outcome)
        for flaw in of_kind(value, Kind.VECTOR)
        if flaw.step in value.raised
    )


MESSAGE = (
    "`{sink}` gets one value per sample and sums them, so the gradient grows with the batch; average first, "
    "for example with `tf.reduce_mean`"
)


def fix(problem: Problem, bench: Bench) -> Iterator[Candidate]:
    """The mean of the vector, taken where the vector is made."""
    yield from offered(bench.averaged_value(problem.site))


RULE = Rule(
    code="LL109",
    name="vector-loss-differentiated",
    severity=Severity.WARNING,
    summary="A per-sample vector is passed to tape.gradient or minimize, which sums it.",
    page=with_examples(PAGE, bad=BAD, good=GOOD),
    find=find,
    bad=BAD,
    good=GOOD,
    related=("LL101", "LL106"),
    fix=fix,
)
