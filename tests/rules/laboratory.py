"""The small experiments behind the numbers on the rules' pages: seeded batches in, rows of a table out.

Degrees and couplings are not measured here (`losslint.confirm.measure` does that); this is what a page shows
to make the reader see them. All in float64, so that three digits do not hang on a TensorFlow version.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence

import numpy as np
import tensorflow as tf

Statistic = Callable[..., tf.Tensor]


def normal(*shape: int, seed: int = 0) -> tf.Tensor:
    """Standard normal float64 values."""
    return tf.constant(np.random.default_rng(seed).normal(size=shape))


def repeated(loss: Statistic, *batch: tf.Tensor, times: Iterable[int] = (1, 4, 16)) -> list[float]:
    """The loss of the batch with every sample repeated; a loss per sample is averaged, as Keras does."""
    return [float(_scalar(loss(*(_repeat(part, k) for part in batch)))) for k in times]


def repeated_gradient(loss: Statistic, *batch: tf.Tensor, times: Iterable[int] = (1, 4, 16)) -> list[float]:
    """Norm of the gradient in the last argument, whose copies are tied: repeated inside the tape."""
    norms = []
    for k in times:
        with tf.GradientTape() as tape:
            tape.watch(batch[-1])
            value = _scalar(loss(*(_repeat(part, k) for part in batch)))
        norms.append(float(tf.norm(tape.gradient(value, batch[-1]))))
    return norms


def split(loss: Statistic, *batch: tf.Tensor, sizes: Sequence[int]) -> list[float]:
    """Mean of the loss over equal micro-batches of each size."""
    whole = batch[0].shape[0]
    return [
        float(np.mean([_scalar(loss(*(p[i : i + size] for p in batch))) for i in range(0, whole, size)]))
        for size in sizes
    ]


def expected(statistic: Statistic, sizes: Sequence[int], draws: int = 4000, features: int = 1) -> list[float]:
    """Mean of a statistic over fresh standard normal batches ``(N, features)`` of each size."""
    return [
        float(tf.reduce_mean(tf.vectorized_map(statistic, normal(draws, n, features, seed=n)))) for n in sizes
    ]


def row(label: str, values: Iterable[float], digits: int = 3) -> str:
    """``| label | 1.02 | 262 |``"""
    return "| " + " | ".join([label, *(f"{value:.{digits}g}" for value in values)]) + " |"


def _repeat(part: tf.Tensor, times: int) -> tf.Tensor:
    return tf.concat([part] * times, axis=0)


def _scalar(value: tf.Tensor) -> tf.Tensor:
    return tf.reduce_mean(value)
