"""What the rules' pages claim in numbers: for each code a function that measures and returns the page's lines."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import tensorflow as tf
from laboratory import expected, normal, repeated, repeated_gradient, row, split

Fact = Callable[[], list[str]]

T, P = normal(4, 4, seed=1), normal(4, 4, seed=2)
DOUBLINGS = (1, 4, 16, 64)


def ll101() -> list[str]:
    def total(t, p):
        return tf.reduce_sum(tf.square(t - p))

    def mean(t, p):
        return tf.reduce_mean(tf.square(t - p))

    sizes = (4, 16, 64, 256)
    return [
        row("sum: loss", repeated(total, T, P)),
        row("sum: gradient norm", repeated_gradient(total, T, P)),
        row("mean: loss", repeated(mean, T, P)),
        row("mean: gradient norm", repeated_gradient(mean, T, P)),
        _training_row("sum of squared errors", total, 0.01, sizes),
        _training_row("mean of squared errors", mean, 0.1, sizes),
    ]


def _training_row(label: str, loss: Callable[..., tf.Tensor], rate: float, sizes: tuple[int, ...]) -> str:
    """Squared error per sample that 50 steps of gradient descent leave of a noiseless linear problem."""
    truth = tf.constant([[1.0], [-2.0], [0.5], [3.0]], tf.float64)
    cells = []
    for n in sizes:
        x = normal(n, 4, seed=n)
        weights = tf.zeros((4, 1), tf.float64)
        for _ in range(50):
            with tf.GradientTape() as tape:
                tape.watch(weights)
                value = loss(x @ truth, x @ weights)
            weights -= rate * tape.gradient(value, weights)
        error = float(tf.reduce_mean(tf.square(x @ truth - x @ weights)))
        cells.append("diverges" if not error < 1e3 else f"{error:.1g}")
    return "| " + " | ".join([label, *cells]) + " |"


def ll102() -> list[str]:
    def error(t, p):
        return tf.reduce_sum(tf.abs(t - p))

    def n(p):
        return tf.cast(tf.shape(p)[0], p.dtype)

    def tanh(t, p):
        return tf.tanh(0.05 * error(t, p))

    def log(t, p):
        return tf.math.log(1.0 + error(t, p))

    return [
        row("`log(1 + sum(abs(e)))`", repeated(log, T, P, times=DOUBLINGS)),
        row("`log(1 + sum(abs(e))) / N`", repeated(lambda t, p: log(t, p) / n(p), T, P, times=DOUBLINGS)),
        row(
            "`log(1 + sum(abs(e)) / N)`",
            repeated(lambda t, p: tf.math.log(1.0 + error(t, p) / n(p)), T, P, times=DOUBLINGS),
        ),
        row("`tanh(0.05 * sum(abs(e)))`", repeated(tanh, T, P, times=DOUBLINGS)),
        row("gradient norm of the `tanh`", repeated_gradient(tanh, T, P, times=DOUBLINGS), digits=2),
        row("gradient norm of the `log`", repeated_gradient(log, T, P, times=DOUBLINGS)),
    ]


def ll103() -> list[str]:
    error = repeated(lambda t, p: tf.reduce_mean(tf.square(t - p)), T, P, times=DOUBLINGS)
    penalty = repeated(lambda t, p: 0.01 * tf.reduce_sum(tf.abs(p)), T, P, times=DOUBLINGS)
    shares = (f"{100 * b / (a + b):.0f} %" for a, b in zip(error, penalty, strict=True))
    return [
        row("mean squared error", error),
        row("penalty", penalty),
        "| " + " | ".join(["penalty's share of the loss", *shares]) + " |",
    ]


def ll104() -> list[str]:
    sizes = (2, 8, 32)
    variance = expected(tf.math.reduce_variance, sizes)
    return [
        row("`reduce_variance(y_pred)`", variance, digits=2),
        row("`reduce_variance(y_pred) / N`", (v / n for v, n in zip(variance, sizes, strict=True)), digits=2),
        row(
            "`reduce_variance(y_pred) * N / (N - 1)`",
            (v * n / (n - 1) for v, n in zip(variance, sizes, strict=True)),
            digits=2,
        ),
    ]


def ll105() -> list[str]:
    sample = tf.ones((1, 1), tf.float64)
    times = (32, 4, 64)

    def rows(label, loss):
        return [
            row(f"{label}: loss", repeated(loss, sample, times=times)),
            row(f"{label}: gradient in a shared bias", repeated_gradient(loss, sample, times=times)),
        ]

    return [
        *rows("sum / 32", lambda e: tf.reduce_sum(tf.square(e)) / 32),
        *rows("sum / batch's own size", lambda e: tf.reduce_mean(tf.square(e))),
    ]


def ll108() -> list[str]:
    t, p = tf.nn.softmax(T), tf.nn.softmax(P)
    return [
        row(
            "`mean(-sum(t * log(p)))`",
            repeated(lambda t, p: tf.reduce_mean(-tf.reduce_sum(t * tf.math.log(p))), t, p),
        ),
        row(
            "`mean(-sum(t * log(p), axis=-1))`",
            repeated(lambda t, p: tf.reduce_mean(-tf.reduce_sum(t * tf.math.log(p), axis=-1)), t, p),
        ),
    ]


def ll201() -> list[str]:
    t, p = normal(64, seed=1), normal(64, seed=2)
    sizes = (64, 16, 4, 1)
    statistics = {
        "`mean(square(e))`": lambda t, p: tf.reduce_mean(tf.square(t - p)),
        "`sqrt(mean(square(e)))`": lambda t, p: tf.sqrt(tf.reduce_mean(tf.square(t - p))),
        "`log(1 + mean(abs(e)))`": lambda t, p: tf.math.log(1.0 + tf.reduce_mean(tf.abs(t - p))),
        "`abs(mean(y_pred) - 0.5)`": lambda t, p: tf.abs(tf.reduce_mean(p) - 0.5),
    }
    return [row(label, split(loss, t, p, sizes=sizes)) for label, loss in statistics.items()]


def ll202() -> list[str]:
    sizes = (2, 4, 8, 32)
    variance = expected(tf.math.reduce_variance, sizes)
    return [
        row("`reduce_variance(y_pred)`", variance, digits=2),
        row(
            "`reduce_variance(y_pred) * N / (N - 1)`",
            (v * n / (n - 1) for v, n in zip(variance, sizes, strict=True)),
            digits=2,
        ),
        row("`reduce_std(y_pred)`", expected(tf.math.reduce_std, sizes), digits=2),
    ]


def ll203() -> list[str]:
    tokens = tf.ones((2, 18), tf.float64)
    mask = tf.sequence_mask([2, 18], 18, tf.float64)

    def masked(losses, mask):
        return tf.reduce_sum(losses * mask) / tf.reduce_sum(mask)

    def weights(loss):
        """Each sequence's share of the gradient."""
        with tf.GradientTape() as tape:
            tape.watch(tokens)
            value = loss(tokens)
        return tf.reduce_sum(tape.gradient(value, tokens), axis=-1).numpy()

    def halves(x):
        return (masked(x[:1], mask[:1]) + masked(x[1:], mask[1:])) / 2

    truth = np.zeros((2, 64))
    truth[0, 0] = 1.0
    truth[1] = 1.0
    guess = truth.copy()
    guess[0, 0] = 0.0

    def dice(t, p, axis):
        return 1.0 - 2.0 * tf.reduce_sum(t * p, axis) / (
            tf.reduce_sum(t, axis) + tf.reduce_sum(p, axis) + 1e-7
        )

    return [
        row("one batch of both", weights(lambda x: masked(x, mask))),
        row("two micro-batches, averaged", weights(halves)),
        f"{float(dice(truth, guess, None)):.2g} and the mean of the losses per image "
        f"{float(tf.reduce_mean(dice(truth, guess, -1))):.2g}",
    ]


def ll204() -> list[str]:
    sizes = (2, 8, 32, 128)

    def touched(e):
        with tf.GradientTape() as tape:
            tape.watch(e)
            value = tf.reduce_max(tf.abs(e))
        return tf.math.count_nonzero(tape.gradient(value, e))

    def entry(axis):
        return lambda e: tf.sqrt(tf.reduce_mean(tf.square(tf.math.l2_normalize(e, axis=axis))))

    return [
        row("mean of `reduce_max(abs(e))`", expected(lambda e: tf.reduce_max(tf.abs(e)), sizes), digits=2),
        row("samples with a gradient", (touched(normal(n, 1, seed=n)) for n in sizes)),
        row(
            "entry of `l2_normalize(e)`, root mean square", expected(entry(None), sizes, features=4), digits=2
        ),
        row(
            "entry of `l2_normalize(e, axis=-1)`, root mean square",
            expected(entry(-1), sizes, features=4),
            digits=2,
        ),
    ]


FACTS: dict[str, Fact] = {
    name.upper(): function for name, function in dict(globals()).items() if name.startswith("ll")
}
