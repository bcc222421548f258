"""Terms that scale differently with the batch size are added."""

from __future__ import annotations

from collections.abc import Iterator

from losslint.rules._find import of_kind, trail, values
from losslint.rules._fix import Bench, by_hand, less_divided, normalised, offered
from losslint.rules._page import with_examples
from losslint.rules._rule import Candidate, Example, Rule

from losslint.analysis.degree import MIXED
from losslint.analysis.outcome import Outcome, Problem
from losslint.analysis.values import Kind
from losslint.model import Severity

PAGE = """
# LL103: mixed-degree-terms

Two terms are added, subtracted or chosen between, and they grow differently with the batch size.

## What it finds

`a + b`, `a - b`, `add_n`, `where` and running totals whose parts have unequal batch degrees, most often a mean plus a
sum. The finding sits on the addition and names both sides. A literal of at most 1e-3 counts as an epsilon, and a term
that holds no data (a weight decay, `sum(model.losses)`) is not meant.

## Why it matters

The weights between the terms were tuned at one batch size and hold at no other. The same four samples, repeated, with
a squared error that is averaged and a sparsity penalty `0.01 * sum(abs(y_pred))` that is not:

| N | 4 | 16 | 64 | 256 |
|---|---|---|---|---|
| mean squared error | 0.584 | 0.584 | 0.584 | 0.584 |
| penalty | 0.114 | 0.456 | 1.83 | 7.3 |
| penalty's share of the loss | 16 % | 44 % | 76 % | 93 % |

No learning rate and no optimizer compensates for that: Adam rescales the sum of the gradients, not their proportion.
In a variational autoencoder, a mean reconstruction error beside a summed KL term makes beta grow in proportion to N.

## Bad

{bad}

## Good

{good}

## How to fix

Bring every term to degree 0 the same way: reduce each over its feature axes to one value per sample, add, and average
once. If you replace a batch sum by a mean, multiply its weight by the batch size at which it was tuned.

## When to ignore it

When the second term belongs to a fixed set that merely looks like a batch: a codebook, inducing points, prototypes.
Name such arguments in `other-arguments` and the finding goes away for all losses.
"""

BAD = (
    Example(
        code="""
import tensorflow as tf


def sparse_loss(y_true, y_pred):
    error = tf.reduce_mean(tf.square(y_true - y_pred))
    sparsity = tf.reduce_sum(tf.abs(y_pred))
    return error + 0.01 * sparsity
""",
        loss="sparse_loss",
        degree="mixed",
        gradient_degree="mixed",
        coupled=False,
    ),
    Example(
        code="""
from tensorflow.keras import backend as K


def vae_loss(y_true, y_pred, z_mean, z_log_var):
    reconstruction = K.mean(K.square(y_true - y_pred))
    kl = -0.5 * K.sum(1 + z_log_var - K.square(z_mean) - K.exp(z_log_var))
    return reconstruction + 0.01 * kl
""",
        loss="vae_loss",
        inputs=("(N,4):real", "(N,4):real", "(N,2):real", "(N,2):real"),
        degree="mixed",
        gradient_degree="mixed",
        coupled=False,
    ),
)

GOOD = (
    Example(
        code="""
import tensorflow as tf


def sparse_loss(y_true, y_pred):
    error = tf.reduce_mean(tf.square(y_true - y_pred), axis=-1)
    sparsity = tf.reduce_sum(tf.abs(y_pred), axis=-1)
    return tf.reduce_mean(error + 0.01 * sparsity)
""",
        loss="sparse_loss",
        degree="0",
        gradient_degree="0",
        coupled=False,
    ),
    Example(
        code="""
from tensorflow.keras import backend as K


def vae_loss(y_true, y_pred, z_mean, z_log_var):
    reconstruction = K.mean(K.square(y_true - y_pred))
    kl = -0.5 * K.sum(1 + z_log_var - K.square(z_mean) - K.exp(z_log_var), axis=-1)
    return reconstruction + 0.01 * K.mean(kl)
""",
        loss="vae_loss",
        inputs=("(N,4):real", "(N,4):real", "(N,2):real", "(N,2):real"),
        degree="0",
        gradient_degree="0",
        coupled=False,
    ),
)


def find(outcome: Outcome) -> Iterator[Problem]:
    """Every sum of terms of different degree that reaches the return."""
    for value in values(outcome):
        if value.degree is not MIXED:
            continue
        by_name = {step for flaw in of_kind(value, Kind.LITERAL) for step in flaw.sources}
        for flaw in of_kind(value, Kind.UNEQUAL):
            if not by_name.isdisjoint(flaw.sources):
                continue  # LL105 says it better: one term is divided by a constant
            message = (
                f"{flaw.step.message}: their relative weight changes with the batch size; bring both to one scale, "
                f"normally a mean over the batch each"
            )
            yield Problem(flaw.step.site, message, trail(value, flaw), value)


def fix(problem: Problem, bench: Bench) -> Iterator[Candidate]:
    """The terms that grow are averaged, those that fade lose a division."""
    steps = problem.of.raised if problem.of is not None else ()
    if not bench.keeps_samples(problem.site):  # the terms beside it are scalars, and so is what comes out
        yield from offered(bench.scaled(steps))
    yield from normalised(problem, bench, steps, reduced_again=True)
    yield from less_divided(problem, bench)
    yield from by_hand(bench, steps)


RULE = Rule(
    code="LL103",
    name="mixed-degree-terms",
    severity=Severity.ERROR,
    summary="Terms that scale differently with the batch size are added.",
    page=with_examples(PAGE, bad=BAD, good=GOOD),
    find=find,
    bad=BAD,
    good=GOOD,
    related=("LL101", "LL104"),
    fix=fix,
)
