"""Each replica averages over its own part of the batch, and the parts are added."""

from __future__ import annotations

from collections.abc import Iterator

from losslint.rules._find import distinct, of_kind, values
from losslint.rules._fix import Bench, advice, offered
from losslint.rules._page import with_examples
from losslint.rules._rule import Candidate, Example, Rule

from losslint.analysis.degree import ZERO
from losslint.analysis.outcome import Outcome, Problem
from losslint.analysis.uses import COMPILE
from losslint.analysis.values import Kind, Spread, Tensor
from losslint.model import Severity

PAGE = """
# LL302: replica-mean

Under a `tf.distribute` strategy a loss averages over the samples of one replica, and the gradients of the replicas
are then added.

## What it finds

A mean over the batch, or a sum divided by the replica's batch size, that is minimised inside `strategy.run`, or in a
scalar loss that a model compiled inside `strategy.scope()` is given. The finding sits on the mean. A vector per
sample handed to `compile`, and `tf.nn.compute_average_loss`, are right.

## Why it matters

Optimizers add the gradients of all replicas. Each of R replicas divides by N / R instead of N, so the step is R times
as large. The gradient in the one weight of a linear model, one batch of 8 samples, on one CPU and on a
`MirroredStrategy` of two logical CPU devices:

| replicas | 1 | 2 |
|---|---|---|
| `compile`, loss returns a scalar mean | 15 | 30 |
| `compile`, loss returns one value per sample | 15 | 15 |
| own loop, `reduce_mean` | 15 | 30 |
| own loop, `compute_average_loss` | 15 | 15 |

Keras divides by the number of replicas what it has averaged itself, and leaves a scalar as it is. The loss in the log
is doubled, too.

## Bad

{bad}

## Good

{good}

## How to fix

With `compile`, return one value per sample. In a loop of your own use
`tf.nn.compute_average_loss(per_sample, global_batch_size=…)`, and `ReduceOp.SUM` when you collect it. Without an
explicit size it multiplies the replica's batch by `num_replicas_in_sync`, which is wrong when the last batch is split
unevenly.

## When to ignore it

When the learning rate was tuned for the sum over replicas, when only one replica is ever used, or when the gradients
are averaged by hand before they are applied.
"""

BAD = (
    Example(
        code="""
import tensorflow as tf


def squared_error(y_true, y_pred):
    return tf.reduce_mean(tf.square(y_true - y_pred))


def build(strategy, optimizer):
    with strategy.scope():
        model = tf.keras.Sequential([tf.keras.layers.Dense(1, use_bias=False)])
        model.compile(optimizer=optimizer(), loss=squared_error)
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


def train(strategy, model, optimizer, batches):
    def step(x, y):
        with tf.GradientTape() as tape:
            loss = tf.reduce_mean(tf.square(y - model(x)))
        gradients = tape.gradient(loss, model.trainable_variables)
        optimizer.apply_gradients(zip(gradients, model.trainable_variables))

    for x, y in strategy.experimental_distribute_dataset(batches):
        strategy.run(step, args=(x, y))
""",
        loss="train",
        degree="0",
        gradient_degree="0",
        coupled=False,
    ),
)

GOOD = (
    Example(
        code="""
import tensorflow as tf


def squared_error(y_true, y_pred):
    return tf.reduce_mean(tf.square(y_true - y_pred), axis=-1)


def build(strategy, optimizer):
    with strategy.scope():
        model = tf.keras.Sequential([tf.keras.layers.Dense(1, use_bias=False)])
        model.compile(optimizer=optimizer(), loss=squared_error)
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


def train(strategy, model, optimizer, batches, global_batch_size):
    def step(x, y):
        with tf.GradientTape() as tape:
            losses = tf.reduce_mean(tf.square(y - model(x)), axis=-1)
            loss = tf.nn.compute_average_loss(losses, global_batch_size=global_batch_size)
        gradients = tape.gradient(loss, model.trainable_variables)
        optimizer.apply_gradients(zip(gradients, model.trainable_variables))

    for x, y in strategy.experimental_distribute_dataset(batches):
        strategy.run(step, args=(x, y))
""",
        loss="train",
        degree="0",
        gradient_degree="0",
        coupled=False,
    ),
)


def find(outcome: Outcome) -> Iterator[Problem]:
    """An average over what one replica sees, compiled or differentiated under a strategy."""
    use = outcome.use
    if use is None or not use.distributed:
        return
    yield from distinct(
        Problem(value.reduced[-1].site, MESSAGE, value.trail, value)
        for value in (use.returned if use.sink == COMPILE else values(outcome))
        if _is_local_average(value)
    )


def _is_local_average(value: Tensor) -> bool:
    return (
        value.degree == ZERO
        and value.spread in (Spread.LINEAR, Spread.COUPLED)
        and bool(value.reduced)
        and not value.axes.batches
        and not value.axes.unsure
        and not of_kind(value, Kind.NOMINAL, Kind.LITERAL)
    )


MESSAGE = (
    "each replica averages over its own samples and the gradients of the replicas are added, so they grow with the "
    "number of replicas; return one value per sample to Keras, or use `tf.nn.compute_average_loss`"
)


def fix(problem: Problem, bench: Bench) -> Iterator[Candidate]:
    """The average over the global batch; one value per sample where Keras takes that average."""
    reduced = problem.of.reduced if problem.of is not None else ()
    yield from offered(
        bench.global_average(reduced) if bench.on_replicas else bench.mean_per_sample(problem.site)
    )
    text = bench.text(problem.site)
    if text and bench.on_replicas:
        yield advice(
            f"replace `{text}` by `tf.nn.compute_average_loss` of the values per sample, with the global batch size"
        )
    elif text:
        yield advice(f"give `{text}` the axes of one sample, and leave the mean over the batch to Keras")


RULE = Rule(
    code="LL302",
    name="replica-mean",
    severity=Severity.WARNING,
    summary="Under a tf.distribute strategy the mean is taken per replica instead of over the global batch.",
    page=with_examples(PAGE, bad=BAD, good=GOOD),
    find=find,
    bad=BAD,
    good=GOOD,
    related=("LL301", "LL105"),
    fix=fix,
)
