"""What fixes do to expressions and whole losses, however they are laid out.

Before and after; ``None`` where nothing is changed. ``test_edits`` runs them.
"""

from __future__ import annotations

CASES: dict[str, tuple[str, str | None]] = {
    "a division over lines, with comments": (
        """\
import tensorflow as tf


def spread_loss(y_true, y_pred):
    return (
        tf.reduce_mean(tf.square(y_true - y_pred), axis=-1)  # per sample
        / tf.cast(tf.shape(y_pred)[0], y_pred.dtype)
    )
""",
        """\
import tensorflow as tf


def spread_loss(y_true, y_pred):
    return (
        tf.reduce_mean(tf.square(y_true - y_pred), axis=-1)  # per sample
    )
""",
    ),
    "a division in place": (
        """\
import tensorflow as tf


def spread_loss(y_true, y_pred):
    error = tf.reduce_mean(tf.square(y_true - y_pred), axis=-1)
    error /= tf.cast(tf.shape(y_pred)[0], y_pred.dtype)
    return error
""",
        """\
import tensorflow as tf


def spread_loss(y_true, y_pred):
    error = tf.reduce_mean(tf.square(y_true - y_pred), axis=-1)
    return error
""",
    ),
    "a product with a reciprocal": (
        """\
import tensorflow as tf


def spread_loss(y_true, y_pred):
    scale = 1.0 / tf.cast(tf.shape(y_pred)[0], y_pred.dtype)
    return scale * tf.reduce_mean(tf.square(y_true - y_pred), axis=-1)
""",
        """\
import tensorflow as tf


def spread_loss(y_true, y_pred):
    return tf.reduce_mean(tf.square(y_true - y_pred), axis=-1)
""",
    ),
    "a root over lines": (
        """\
import tensorflow as tf


def root_loss(logits, labels):
    n = tf.cast(tf.shape(logits)[0], logits.dtype)
    return tf.sqrt(
        tf.reduce_sum(tf.square(labels - logits))  # all of it
    ) / n
""",
        """\
import tensorflow as tf


def root_loss(logits, labels):
    n = tf.cast(tf.shape(logits)[0], logits.dtype)
    return tf.sqrt(
        tf.reduce_sum(tf.square(labels - logits)) / n  # all of it
    )
""",
    ),
    "arguments on lines of their own": (
        """\
import tensorflow as tf


def sse_loss(y_true, y_pred):
    return tf.reduce_sum(
        tf.square(
            y_true - y_pred
        ),
        name="sse",
    )
""",
        """\
import tensorflow as tf


def sse_loss(y_true, y_pred):
    return tf.reduce_sum(
        tf.square(
            y_true - y_pred
        ),
        axis=list(range(1, len(y_pred.shape))),
        name="sse",
    )
""",
    ),
    "an argument behind a comment": (
        """\
import tensorflow as tf


def sse_loss(y_true, y_pred):
    return tf.reduce_sum(
        tf.square(y_true - y_pred)  # squared
    )
""",
        """\
import tensorflow as tf


def sse_loss(y_true, y_pred):
    return tf.reduce_sum(
        tf.square(y_true - y_pred),  # squared
        axis=list(range(1, len(y_pred.shape)))
    )
""",
    ),
    "several findings in one file": (
        """\
import tensorflow as tf
from tensorflow.keras import backend as K


def one_loss(y_true, y_pred):
    n = len(y_pred)
    return tf.reduce_sum(tf.square(y_true - y_pred)) / n + K.sum(K.abs(y_pred))


def other_loss(y_true, y_pred):
    total = tf.math.log(1.0 + tf.reduce_sum(tf.abs(y_true - y_pred)))
    spread = tf.reduce_mean(tf.abs(y_pred)) / tf.cast(tf.shape(y_pred)[0], tf.float32)
    return total + spread
""",
        """\
import tensorflow as tf
from tensorflow.keras import backend as K


def one_loss(y_true, y_pred):
    n = tf.cast(tf.shape(y_pred)[0], y_pred.dtype)
    return tf.reduce_sum(tf.square(y_true - y_pred)) / n + K.sum(K.abs(y_pred)) / n


def other_loss(y_true, y_pred):
    sample_axes = list(range(1, len(y_pred.shape)))
    total = tf.math.log(1.0 + tf.reduce_sum(tf.abs(y_true - y_pred), axis=sample_axes))
    spread = tf.reduce_mean(tf.abs(y_pred))
    return total + spread
""",
    ),
    "nested functions, decorators, f-strings": (
        """\
import functools

import tensorflow as tf


def logged(function):
    @functools.wraps(function)
    def wrapper(*args, **kwargs):
        print(f"calling {function.__name__!r:>20} {{with}} {len(args)=}")
        return function(*args, **kwargs)

    return wrapper


def make(weight: float = 1.0):
    @logged
    @tf.function
    def weighted_loss(y_true, y_pred):
        def total(x): return tf.reduce_sum(x)

        return weight * total(tf.square(y_true - y_pred))

    return weighted_loss
""",
        """\
import functools

import tensorflow as tf


def logged(function):
    @functools.wraps(function)
    def wrapper(*args, **kwargs):
        print(f"calling {function.__name__!r:>20} {{with}} {len(args)=}")
        return function(*args, **kwargs)

    return wrapper


def make(weight: float = 1.0):
    @logged
    @tf.function
    def weighted_loss(y_true, y_pred):
        def total(x): return tf.reduce_sum(x) / tf.cast(tf.shape(x)[0], x.dtype)

        return weight * total(tf.square(y_true - y_pred))

    return weighted_loss
""",
    ),
    "type comments and a class": (
        """\
import tensorflow as tf


class SumLoss(tf.keras.losses.Loss):
    def call(self, y_true, y_pred):  # type: (tf.Tensor, tf.Tensor) -> tf.Tensor
        error = y_true - y_pred  # type: tf.Tensor
        return tf.reduce_sum(error * error) if self.name else tf.reduce_sum(error * error)
""",
        """\
import tensorflow as tf


class SumLoss(tf.keras.losses.Loss):
    def call(self, y_true, y_pred):  # type: (tf.Tensor, tf.Tensor) -> tf.Tensor
        error = y_true - y_pred  # type: tf.Tensor
        batch_size = tf.cast(tf.shape(error)[0], error.dtype)
        return (tf.reduce_sum(error * error) if self.name else tf.reduce_sum(error * error)) / batch_size
""",
    ),
    "a power and a unary minus around it": (
        """\
import tensorflow as tf


def odd_loss(logits, labels):
    return -tf.reduce_sum(labels * logits) ** 2 / 2
""",
        """\
import tensorflow as tf


def odd_loss(logits, labels):
    return -(tf.reduce_sum(labels * logits) / tf.cast(tf.shape(logits)[0], logits.dtype)) ** 2 / 2
""",
    ),
    "Bessel's factor with a size in sight": (
        """\
from keras import ops


def spread_loss(y_true, y_pred):
    n = ops.cast(ops.shape(y_pred)[0], "float32")
    error = ops.sum(ops.square(y_true - y_pred)) / n
    return error - ops.mean(ops.var(y_pred, axis=0))
""",
        """\
from keras import ops


def spread_loss(y_true, y_pred):
    n = ops.cast(ops.shape(y_pred)[0], "float32")
    error = ops.sum(ops.square(y_true - y_pred)) / n
    return error - ops.mean(ops.var(y_pred, axis=0) * n / ops.maximum(n - 1.0, 1.0))
""",
    ),
    "Bessel's factor has no place in a lambda": (
        """\
import tensorflow as tf

spread_loss = lambda y_true, y_pred: tf.reduce_mean(tf.math.reduce_variance(y_pred, axis=0))
""",
        None,
    ),
    "scalars are wanted": (
        """\
import tensorflow as tf


def logged_loss(y_true, y_pred):
    loss = tf.reduce_sum(tf.square(y_true - y_pred))
    tf.summary.scalar("loss", loss)
    return loss
""",
        """\
import tensorflow as tf


def logged_loss(y_true, y_pred):
    loss = tf.reduce_sum(tf.square(y_true - y_pred)) / tf.cast(tf.shape(y_pred)[0], y_pred.dtype)
    tf.summary.scalar("loss", loss)
    return loss
""",
    ),
    "not one of Keras": (
        """\
import tensorflow as tf


def policy_loss(labels, logits):
    return tf.reduce_sum(tf.nn.sigmoid_cross_entropy_with_logits(labels=labels, logits=logits))
""",
        """\
import tensorflow as tf


def policy_loss(labels, logits):
    batch_size = tf.cast(tf.shape(logits)[0], logits.dtype)
    return tf.reduce_sum(tf.nn.sigmoid_cross_entropy_with_logits(labels=labels, logits=logits)) / batch_size
""",
    ),
    "log of a sum of exponentials over lines": (
        """\
import tensorflow as tf


def energy_loss(y_true, y_pred):
    return tf.reduce_mean(
        tf.math.log(
            tf.reduce_sum(
                tf.exp(y_pred / 0.1),
                axis=-1,
            )
        )
    )
""",
        """\
import tensorflow as tf


def energy_loss(y_true, y_pred):
    return tf.reduce_mean(
        tf.reduce_logsumexp(
            y_pred / 0.1,
            axis=-1,
        )
    )
""",
    ),
    "log of a sum of exponentials, bare": (
        """\
from tensorflow import exp, reduce_mean, reduce_sum
from tensorflow.math import log


def energy_loss(y_true, y_pred):
    return reduce_mean(log(reduce_sum(exp(y_pred), -1)))
""",
        """\
import tensorflow as tf
from tensorflow import exp, reduce_mean, reduce_sum
from tensorflow.math import log


def energy_loss(y_true, y_pred):
    return reduce_mean(tf.reduce_logsumexp(y_pred, -1))
""",
    ),
    "one branch is a line": (
        """\
import tensorflow as tf


def branch_loss(y_true, y_pred, squared=True):
    if squared: error = tf.square(y_true - y_pred)
    else: error = tf.abs(y_true - y_pred)
    try: total = tf.reduce_sum(error)
    finally: pass
    return total
""",
        """\
import tensorflow as tf


def branch_loss(y_true, y_pred, squared=True):
    if squared: error = tf.square(y_true - y_pred)
    else: error = tf.abs(y_true - y_pred)
    try: total = tf.reduce_sum(error, axis=list(range(1, len(error.shape))))
    finally: pass
    return total
""",
    ),
    "semicolons": (
        """\
import tensorflow as tf; import os


def semi_loss(y_true, y_pred):
    n = tf.cast(tf.shape(y_pred)[0], tf.float32); e = tf.reduce_mean(tf.abs(y_true - y_pred)); return e / n
""",
        """\
import tensorflow as tf; import os


def semi_loss(y_true, y_pred):
    e = tf.reduce_mean(tf.abs(y_true - y_pred)); return e
""",
    ),
}
