"""A batch sum is divided by another batch sum that depends on the data."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from losslint.rules._find import coupling
from losslint.rules._fix import Bench, advice
from losslint.rules._page import with_examples
from losslint.rules._rule import Candidate, Example, Rule

from losslint.analysis.outcome import Outcome, Problem
from losslint.analysis.values import Kind
from losslint.model import Severity

PAGE = """
# LL203: ratio-of-batch-sums

A sum over the batch is divided by another sum over the batch that depends on the data: a count of unmasked tokens, of
positive boxes, the sum of sample weights, the union of all masks.

## What it finds

`sum(w * l) / sum(w)`, the Dice, Jaccard and Tversky losses over flattened batches, `x / sum(x)` without an `axis`.
The finding sits on the division. A division by the number of samples is not meant: that one is the same for every
batch of the same size.

## Why it matters

The scale is right (degree 0), but a sample's weight depends on which samples it shares the batch with. Masked mean
over two sequences with the same loss of 1 per token, one of 2 tokens and one of 18:

| | weight of the short sequence | weight of the long one |
|---|---|---|
| one batch of both | 0.1 | 0.9 |
| two micro-batches, averaged | 0.5 | 0.5 |

The same holds between replicas, and for gradient accumulation: averages of ratios are not the ratio of the sums. A
Dice over the whole batch hides an image with little foreground behind an image that is full of it: for two images,
the first (1 pixel of 64 is foreground) missed completely and the second (all 64) hit completely, the loss over the
batch is 0.0078 and the mean of the losses per image 0.5.

## Bad

{bad}

## Good

{good}

## How to fix

For images, sum over the axes of one image, divide, and average over the batch. For tokens, decide what a token
weighs: divide per sequence and average, or divide the sum by the number of *samples*; or keep the ratio and make
numerator and denominator span the whole optimizer step (accumulate both, divide once).

## When to ignore it

When the ratio over the batch is the loss you want (`batch_dice=True`, weights that must add up to one), the batch is
large, and nothing is accumulated or replicated. Guard the denominator then (LL403).
"""

BAD = (
    Example(
        code="""
import tensorflow as tf


def masked_loss(y_true, y_pred):
    mask = tf.cast(y_true > 0, y_pred.dtype)
    per_token = tf.keras.losses.sparse_categorical_crossentropy(y_true, y_pred, from_logits=True)
    return tf.math.divide_no_nan(tf.reduce_sum(per_token * mask), tf.reduce_sum(mask))
""",
        loss="masked_loss",
        inputs=("(N,6):int[0..4]", "(N,6,5):real"),
        degree="0",
        gradient_degree="0",
        coupled=True,
    ),
    Example(
        code="""
from tensorflow.keras import backend as K


def dice_loss(y_true, y_pred):
    overlap = K.sum(y_true * y_pred)
    total = K.sum(y_true) + K.sum(y_pred)
    return 1.0 - 2.0 * overlap / (total + K.epsilon())
""",
        loss="dice_loss",
        inputs=("(N,4,4):prob", "(N,4,4):prob"),
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
    per_token = tf.keras.losses.sparse_categorical_crossentropy(y_true, y_pred, from_logits=True)
    return tf.math.divide_no_nan(
        tf.reduce_sum(per_token * mask, axis=-1), tf.reduce_sum(mask, axis=-1)
    )
""",
        loss="masked_loss",
        inputs=("(N,6):int[0..4]", "(N,6,5):real"),
        degree="0",
        gradient_degree="0",
        coupled=False,
    ),
    Example(
        code="""
from tensorflow.keras import backend as K


def dice_loss(y_true, y_pred):
    overlap = K.sum(y_true * y_pred, axis=[1, 2])
    total = K.sum(y_true, axis=[1, 2]) + K.sum(y_pred, axis=[1, 2])
    return 1.0 - 2.0 * overlap / (total + K.epsilon())
""",
        loss="dice_loss",
        inputs=("(N,4,4):prob", "(N,4,4):prob"),
        degree="0",
        gradient_degree="0",
        coupled=False,
    ),
)


def find(outcome: Outcome) -> Iterable[Problem]:
    """Every ratio of sums over the batch."""
    return coupling(outcome, Kind.RATIO, MESSAGE)


MESSAGE = "a batch sum is divided by another sum over the batch that depends on the data, so the result is not a mean over samples; form the ratio per sample and average, or keep numerator and count apart until the whole batch is seen"


def fix(problem: Problem, bench: Bench) -> Iterator[Candidate]:
    """No edit is right: a ratio per sample weighs samples, a ratio of sums weighs what is counted."""
    text = bench.text(problem.site)
    if text:
        yield advice(
            f"form the ratio `{text}` per sample, with sums over the non-batch axes above and below, and average it; "
            f"or divide the sum by the number of samples and keep the count apart"
        )


RULE = Rule(
    code="LL203",
    name="ratio-of-batch-sums",
    severity=Severity.WARNING,
    summary="A batch sum is divided by a batch sum that depends on the data, so samples weigh each other.",
    page=with_examples(PAGE, bad=BAD, good=GOOD),
    find=find,
    bad=BAD,
    good=GOOD,
    related=("LL201", "LL403"),
    fix=fix,
)
