"""Every sample of the batch is compared with every other."""

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
# LL205: pairwise-over-batch

A matrix that compares every sample of the batch with every other is part of the loss.

## What it finds

`matmul(z, z, transpose_b=True)`, `einsum("id,jd->ij", …)`, `z[:, None] - z[None, :]` and their kin, where both axes
of the result extend with the batch, once a reduction runs over it. The finding sits on the reduction. It is
information, and off by default: most such losses are meant this way. A matrix per sample (a Gram matrix of channels)
is not.

## Why it matters

The batch size is a hyperparameter of such a loss: more samples mean more negatives. Averages over 200 random batches
of eight-dimensional unit vectors (the cross-entropy against slightly disturbed copies, temperature 0.5):

| N | 8 | 32 | 128 |
|---|---|---|---|
| in-batch cross-entropy (InfoNCE) | 0.781 | 1.84 | 3.13 |
| log N | 2.08 | 3.47 | 4.85 |
| mean of the kernel `exp(-d²)` | 0.276 | 0.198 | 0.179 |

The cross-entropy grows nearly like log N, so its value cannot be compared between batch sizes, and gradient
accumulation does not replace a large batch. The mean of a kernel nears a constant instead; what is left of its growth
or fall are the N pairs of a sample with itself.

## Bad

{bad}

## Good

{good}

## How to fix

Usually nothing. State the batch size beside the loss, keep it constant (`drop_remainder=True`), gather the embeddings
of all replicas before comparing, and do not accumulate gradients of micro-batches. Leave out the diagonal where a
sample should not be compared with itself, and then divide by N (N - 1).

## When to ignore it

When the loss is contrastive by design. Enable the rule to find the places where the batch size matters.
"""

BAD = (
    Example(
        code="""
import tensorflow as tf


def contrastive_loss(y_true, y_pred):
    similarity = tf.matmul(y_pred, y_true, transpose_b=True)
    labels = tf.range(tf.shape(y_pred)[0])
    return tf.nn.sparse_softmax_cross_entropy_with_logits(labels=labels, logits=similarity)
""",
        loss="contrastive_loss",
        degree="mixed",
        gradient_degree="0",
        coupled=True,
    ),
    Example(
        code="""
from keras import ops


def kernel_loss(y_true, y_pred):
    difference = ops.expand_dims(y_pred, 1) - ops.expand_dims(y_true, 0)
    distance = ops.sum(ops.square(difference), axis=-1)
    return -ops.mean(ops.exp(-distance))
""",
        loss="kernel_loss",
        degree="0",
        gradient_degree="0",
        coupled=True,
    ),
)

GOOD = (
    Example(
        code="""
import tensorflow as tf


def cosine_loss(y_true, y_pred):
    y_true = tf.math.l2_normalize(y_true, axis=-1)
    y_pred = tf.math.l2_normalize(y_pred, axis=-1)
    return -tf.reduce_sum(y_true * y_pred, axis=-1)
""",
        loss="cosine_loss",
        degree="0",
        gradient_degree="0",
        coupled=False,
    ),
    Example(
        code="""
from keras import ops


def style_loss(y_true, y_pred):
    wanted = ops.matmul(ops.transpose(y_true, (0, 2, 1)), y_true)
    found = ops.matmul(ops.transpose(y_pred, (0, 2, 1)), y_pred)
    return ops.mean(ops.square(wanted - found), axis=(1, 2))
""",
        loss="style_loss",
        inputs=("(N,6,3):real", "(N,6,3):real"),
        degree="0",
        gradient_degree="0",
        coupled=False,
    ),
)


def find(outcome: Outcome) -> Iterable[Problem]:
    """Every reduction of a pairwise matrix."""
    return coupling(outcome, Kind.PAIRWISE, MESSAGE, any_rank=True)


MESSAGE = "`{operation}` reduces an N×N matrix of the batch: every sample meets every other, so the loss depends on which samples share a batch and on how many there are"


def fix(problem: Problem, bench: Bench) -> Iterator[Candidate]:
    """Coupled by design: only the number of negatives can be kept constant."""
    text = bench.text(problem.site)
    pairs = (
        f"`{text}` runs over all pairs of the batch"
        if 0 < len(text) <= 80
        else "this runs over all pairs of the batch"
    )
    yield advice(
        f"{pairs}: keep the batch size of training and validation the same, or draw a fixed number of others per sample; "
        "if it is meant, say so with `# losslint: ignore[LL205]`"
    )


RULE = Rule(
    code="LL205",
    name="pairwise-over-batch",
    severity=Severity.INFO,
    summary="An N×N matrix of the batch is reduced: samples are coupled by design.",
    page=with_examples(PAGE, bad=BAD, good=GOOD),
    find=find,
    default=False,
    bad=BAD,
    good=GOOD,
    related=("LL204", "LL206"),
    fix=fix,
)
