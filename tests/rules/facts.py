"""What the rules' pages claim in numbers: for each code a function that measures and returns its lines."""

from __future__ import annotations

import re
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import numpy as np
import tensorflow as tf
from laboratory import expected, normal, repeated, repeated_gradient, row, split
from losslint.rules._registry import load
from losslint.rules._rule import Example
from programs import gradient

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


def ll106() -> list[str]:
    (bad, _), (good, _) = _examples("LL106")
    return [
        row('`MeanSquaredError(reduction="sum")`', _gradients(bad)),
        row("`MeanSquaredError()`", _gradients(good)),
    ]


def ll107() -> list[str]:
    divisors = {
        "`y_pred.shape[0]`": lambda p: p.shape[0],
        "`len(y_pred)`": len,
        "`tf.shape(y_pred)[0]`": lambda p: tf.cast(tf.shape(p)[0], p.dtype),
    }

    def outcome(divisor, samples):
        model = tf.keras.Sequential([tf.keras.Input((1,)), tf.keras.layers.Dense(1)])
        # What divides is what is measured, and the samples are among it.
        model.compile("sgd", loss=lambda t, p: tf.reduce_sum(tf.square(t - p)) / divisor(p))
        try:
            model.fit(tf.ones((samples, 1)), tf.ones((samples, 1)), batch_size=8, verbose=0)
        except (TypeError, ValueError) as error:
            return type(error).__name__
        return "runs"

    return [
        f"| {label} | {outcome(divisor, 16)} | {outcome(divisor, 20)} |"
        for label, divisor in divisors.items()
    ]


def ll109() -> list[str]:
    (_, bad), (_, good) = _examples("LL109")
    return [
        row("`tape.gradient(mean_squared_error(y, p), w)`", _gradients(bad)),
        row("`tape.gradient(reduce_mean(mean_squared_error(y, p)), w)`", _gradients(good)),
    ]


def ll205() -> list[str]:
    sizes = (8, 32, 128)

    def unit(x):
        return tf.math.l2_normalize(x, axis=-1)

    def cross_entropy(x):
        z = unit(x)
        n = tf.shape(z)[0]
        logits = tf.matmul(z, z + 0.1 * unit(tf.roll(x, 1, axis=-1)), transpose_b=True) / 0.5
        return tf.reduce_mean(
            tf.nn.sparse_softmax_cross_entropy_with_logits(labels=tf.range(n), logits=logits)
        )

    def kernel(x):
        z = unit(x)
        squared = tf.reduce_sum(tf.square(z[:, None] - z[None, :]), axis=-1)
        return tf.reduce_mean(tf.exp(-squared))

    return [
        row("in-batch cross-entropy (InfoNCE)", expected(cross_entropy, sizes, draws=200, features=8)),
        row("log N", np.log(sizes)),
        row("mean of the kernel `exp(-d²)`", expected(kernel, sizes, draws=200, features=8)),
    ]


def ll206() -> list[str]:
    def error(n, column):
        target = tf.range(n, dtype=tf.float64)
        prediction = target[:, None] if column else target
        return float(tf.reduce_mean(tf.square(target - prediction)))

    sizes = (4, 16, 64)
    return [
        row("`reduce_mean(square(target - prediction))`, both `(N,)`", (error(n, False) for n in sizes)),
        row("the same, `(N,)` against `(N, 1)`", (error(n, True) for n in sizes)),
    ]


def ll301() -> list[str]:
    def gradients(loss):
        prediction = tf.constant([[1.0], [2.0], [3.0], [4.0]])
        with tf.GradientTape() as tape:
            tape.watch(prediction)
            value = loss(tf.zeros_like(prediction), prediction, sample_weight=tf.constant([1.0, 0, 0, 0]))
        return tape.gradient(value, prediction).numpy().ravel()

    class Scalar(tf.keras.losses.Loss):
        def call(self, y_true, y_pred):
            return tf.reduce_mean(tf.square(y_true - y_pred))

    class PerSample(tf.keras.losses.Loss):
        def call(self, y_true, y_pred):
            return tf.reduce_mean(tf.square(y_true - y_pred), axis=-1)

    return [
        row("loss returns a scalar", gradients(Scalar())),
        row("loss returns one value per sample", gradients(PerSample())),
    ]


def ll302() -> list[str]:
    (compiled, looped), (compiled_right, looped_right) = _examples("LL302")
    return [
        row("`compile`, loss returns a scalar mean", _on_replicas(compiled)),
        row("`compile`, loss returns one value per sample", _on_replicas(compiled_right)),
        row("own loop, `reduce_mean`", _on_replicas(looped)),
        row("own loop, `compute_average_loss`", _on_replicas(looped_right)),
    ]


def _on_replicas(example: Example) -> list[float]:
    """Gradient on one device and on two, from a process of its own (see replicas.py)."""
    done = subprocess.run(
        [sys.executable, str(Path(__file__).with_name("replicas.py")), example.loss],
        input=example.code,
        capture_output=True,
        text=True,
        check=True,
        timeout=120,
    )
    answer = next(line for line in done.stdout.splitlines() if line.startswith("gradients "))
    return [float(value) for value in answer.split()[1:]]


def ll303() -> list[str]:
    (bad, _), (good, _) = _examples("LL303")

    def penalties(example):
        namespace: dict[str, object] = {}
        exec(example.code, namespace)
        return repeated(lambda x: _total(namespace[example.loss](), x), T)

    def _total(layer, x):
        layer(x)
        return tf.add_n(layer.losses)

    return [
        row("`add_loss(0.01 * reduce_sum(square(x)))`", penalties(bad)),
        row("`add_loss(0.01 * reduce_mean(reduce_sum(square(x), axis=-1)))`", penalties(good)),
    ]


def ll401() -> list[str]:
    scales = (80.0, 100.0, -200.0)

    def both(function):
        values, slopes = [], []
        for scale in scales:
            x = tf.constant([scale, scale - 1.0])
            with tf.GradientTape() as tape:
                tape.watch(x)
                value = function(x)
            values.append(float(value))
            slopes.append(float(tape.gradient(value, x)[0]))
        return values, slopes

    written, built_in = both(lambda x: tf.math.log(tf.reduce_sum(tf.exp(x)))), both(tf.reduce_logsumexp)
    return [
        row("`log(reduce_sum(exp(x)))`", written[0]),
        row("its gradient in the first entry", written[1]),
        row("`reduce_logsumexp(x)`", built_in[0]),
        row("its gradient there", built_in[1]),
    ]


def ll402() -> list[str]:
    sizes = (257, 2049, 70000)

    def cells(reduce, dtype):
        return (float(reduce(tf.ones((n,), dtype))) for n in sizes)

    return [
        row("float16: sum", cells(tf.reduce_sum, tf.float16), digits=5),
        row("bfloat16: sum", cells(tf.reduce_sum, tf.bfloat16), digits=5),
        row("float32: sum", cells(tf.reduce_sum, tf.float32), digits=5),
        row("float16: mean", cells(tf.reduce_mean, tf.float16), digits=5),
    ]


def ll403() -> list[str]:
    mask = tf.zeros(2, tf.float64)

    def cells(divide):
        losses = tf.ones(2, tf.float64)
        with tf.GradientTape() as tape:
            tape.watch(losses)
            value = divide(tf.reduce_sum(losses * mask), tf.reduce_sum(mask))
        return [float(value), float(tape.gradient(value, losses)[0])]

    shares = (f"{100 * 0.95**n:.2g} %" for n in (2, 8, 32, 128))
    return [
        "| " + " | ".join(["batches without any", *shares]) + " |",
        row("`sum(l * m) / sum(m)`", cells(tf.divide)),
        row(
            "`where(sum(m) > 0, sum(l * m) / sum(m), 0)`",
            cells(lambda a, b: tf.where(b > 0, a / b, tf.zeros_like(b))),
        ),
        row("`divide_no_nan(sum(l * m), sum(m))`", cells(tf.math.divide_no_nan)),
    ]


def _examples(code: str) -> tuple[tuple[Example, ...], tuple[Example, ...]]:
    rule = load(code)
    return rule.bad, rule.good


def _gradients(example: Example) -> list[float]:
    return [gradient(example, copies) for copies in (1, 4, 16)]


FACTS: dict[str, Fact] = {
    name.upper(): function for name, function in dict(globals()).items() if re.fullmatch(r"ll\d{3}", name)
}
