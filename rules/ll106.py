"""A built-in loss with `reduction='sum'` is what is minimised."""

from __future__ import annotations

from collections.abc import Iterator

from losslint.rules._find import growing, of_kind, trail
from losslint.rules._fix import Bench, flaws_at, offered
from losslint.rules._page import with_examples
from losslint.rules._rule import Candidate, Example, Rule

from losslint.analysis.degree import ONE
from losslint.analysis.outcome import Outcome, Problem
from losslint.analysis.uses import COMPILE, told_to_sum
from losslint.analysis.values import Kind, Tensor
from losslint.model import Severity

PAGE = """
# LL106: sum-reduction-compiled

A built-in loss was told to add up the samples of the batch, and its result is minimised as it is.

## What it finds

`reduction="sum"`, `Reduction.SUM` or `tf.losses.Reduction.SUM` in the construction of a Keras loss that is handed to
`compile`, or called in a training step, without a division by the batch size after it. The finding sits on the
construction. `reduction="none"` and the default are not meant, nor is a model with a `compute_loss` or `train_step`
of its own, which may divide there.

## Why it matters

It is LL101 by option: the gradient grows with the batch. The gradient in the weight of a linear model with one
weight, one training step, the same four samples, each repeated until there are N:

| N | 4 | 16 | 64 |
|---|---|---|---|
| `MeanSquaredError(reduction="sum")` | 60 | 240 | 960 |
| `MeanSquaredError()` | 15 | 15 | 15 |

The last, partial batch takes a smaller step than the others, and the loss that Keras reports grows with N.

## Bad

{bad}

## Good

{good}

## How to fix

Leave the default, `"sum_over_batch_size"`: it divides by the number of samples and, under a strategy, by the number
of replicas. `"mean_with_sample_weight"` (Keras 3) divides by the sum of the sample weights. In a custom loop over
replicas take `reduction="none"` and `tf.nn.compute_average_loss`.

## When to ignore it

When another part divides: a detector that divides the sum by the number of positive boxes, an accumulation that
divides by all its samples at the end, a full batch that never changes its size.
"""

BAD = (
    Example(
        code="""
import keras


def build(optimizer):
    model = keras.Sequential([keras.layers.Dense(1, use_bias=False)])
    model.compile(optimizer=optimizer, loss=keras.losses.MeanSquaredError(reduction="sum"))
    return model
""",
        loss="build",
        degree="1",
        gradient_degree="1",
        coupled=False,
    ),
    Example(
        code="""
import tensorflow as tf

squared_error = tf.keras.losses.MeanSquaredError(reduction=tf.keras.losses.Reduction.SUM)


def train_step(model, optimizer, x, y):
    with tf.GradientTape() as tape:
        loss = squared_error(y, model(x))
    gradients = tape.gradient(loss, model.trainable_variables)
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
import keras


def build(optimizer):
    model = keras.Sequential([keras.layers.Dense(1, use_bias=False)])
    model.compile(optimizer=optimizer, loss=keras.losses.MeanSquaredError())
    return model
""",
        loss="build",
        degree="0",
        gradient_degree="0",
        coupled=False,
    ),
    Example(
        code="""
import tensorflow as tf

squared_error = tf.keras.losses.MeanSquaredError(reduction="sum")


def train_step(model, optimizer, x, y):
    with tf.GradientTape() as tape:
        batch_size = tf.cast(tf.shape(y)[0], tf.float32)
        loss = squared_error(y, model(x)) / batch_size
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
    """Loss objects told to sum: those compiled into a model, and those behind a value that still grows."""
    if outcome.use is not None and outcome.use.sink == COMPILE:
        for site in told_to_sum(outcome.use):
            yield Problem(site, MESSAGE, of=Tensor(degree=ONE, slope=ONE))
    for value in growing(outcome):
        for flaw in of_kind(value, Kind.OPTION):
            if flaw.step in value.raised and not of_kind(value, Kind.LITERAL):
                yield Problem(flaw.step.site, MESSAGE, trail(value, flaw), value)


MESSAGE = (
    "this loss adds up the samples of the batch and nothing divides by their number, so gradients grow with the "
    "batch; leave the default reduction, which averages"
)


def fix(problem: Problem, bench: Bench) -> Iterator[Candidate]:
    """The default reduction; where the object is made elsewhere, its result is divided."""
    yield from offered(bench.averaging(problem.site))
    for flaw in flaws_at(problem, Kind.OPTION):
        yield from offered(bench.scaled(flaw.sources))


RULE = Rule(
    code="LL106",
    name="sum-reduction-compiled",
    severity=Severity.ERROR,
    summary="A built-in loss with reduction 'sum' is minimised without being divided by the batch size.",
    page=with_examples(PAGE, bad=BAD, good=GOOD),
    find=find,
    bad=BAD,
    good=GOOD,
    related=("LL101", "LL303"),
    fix=fix,
)
