"""Programs before and after ``--fix --unsafe-fixes``: what is inserted, where it goes, and what is left alone.

The right side of each was read as a reviewer would read it; TensorFlow measures fixtures and rules' examples instead.
"""

from __future__ import annotations

import ast
from pathlib import Path

import pytest
from mending import mended_source

CASES = {
    "an import behind the docstring and __future__": (
        '''\
#!/usr/bin/env python
"""Losses."""
from __future__ import annotations

import os
from tensorflow.math import reduce_sum


def energy_loss(batch, targets):
    return reduce_sum((batch - targets) ** 2)
''',
        '''\
#!/usr/bin/env python
"""Losses."""
from __future__ import annotations

import os
import tensorflow as tf
from tensorflow.math import reduce_sum


def energy_loss(batch, targets):
    return reduce_sum((batch - targets) ** 2) / tf.cast(tf.shape(batch)[0], batch.dtype)
''',
    ),
    "an import beside the one in a try": (
        """\
try:
    from tensorflow import math
except ImportError:
    math = None


def energy_loss(batch, targets):
    return math.reduce_sum((batch - targets) ** 2)
""",
        """\
import tensorflow as tf
try:
    from tensorflow import math
except ImportError:
    math = None


def energy_loss(batch, targets):
    return math.reduce_sum((batch - targets) ** 2) / tf.cast(tf.shape(batch)[0], batch.dtype)
""",
    ),
    "no import under a name that is taken": (
        """\
from tensorflow import math

tf = "the transfer function"


def energy_loss(batch, targets):
    return math.reduce_sum((batch - targets) ** 2)
""",
        """\
import tensorflow
from tensorflow import math

tf = "the transfer function"


def energy_loss(batch, targets):
    batch_size = tensorflow.cast(tensorflow.shape(batch)[0], batch.dtype)
    return math.reduce_sum((batch - targets) ** 2) / batch_size
""",
    ),
    "an import of keras ops": (
        """\
from keras.ops import abs, sum


def energy_loss(batch, targets):
    return sum(abs(batch - targets))
""",
        """\
from keras import ops
from keras.ops import abs, sum


def energy_loss(batch, targets):
    return sum(abs(batch - targets)) / ops.cast(ops.shape(batch)[0], batch.dtype)
""",
    ),
    "an import of the backend": (
        """\
from tensorflow.keras.backend import mean, square, sum


def energy_loss(batch, targets):
    return mean(square(batch)) + sum(square(batch - targets))
""",
        """\
from tensorflow.keras import backend as K
from tensorflow.keras.backend import mean, square, sum


def energy_loss(batch, targets):
    batch_size = K.cast(K.shape(batch)[0], K.dtype(batch))
    return mean(square(batch)) + sum(square(batch - targets)) / batch_size
""",
    ),
    "future and framework on one line": (
        """\
from __future__ import print_function; from tensorflow import math


def energy_loss(batch, targets):
    return math.reduce_sum((batch - targets) ** 2)
""",
        """\
from __future__ import print_function; from tensorflow import math
import tensorflow as tf


def energy_loss(batch, targets):
    return math.reduce_sum((batch - targets) ** 2) / tf.cast(tf.shape(batch)[0], batch.dtype)
""",
    ),
    "a name that is taken": (
        """\
import tensorflow as tf

batch_size = 32


def elbo_loss(x, logits, mu, logvar):
    nll = tf.reduce_sum(tf.square(x - logits))
    kl = tf.reduce_sum(tf.square(mu) + tf.exp(logvar) - logvar)
    return nll + kl
""",
        """\
import tensorflow as tf

batch_size = 32


def elbo_loss(x, logits, mu, logvar):
    n_samples = tf.cast(tf.shape(logits)[0], logits.dtype)
    nll = tf.reduce_sum(tf.square(x - logits)) / n_samples
    kl = tf.reduce_sum(tf.square(mu) + tf.exp(logvar) - logvar) / n_samples
    return nll + kl
""",
    ),
    "a name before the comment that speaks of the statement": (
        '''\
import tensorflow as tf


def elbo_loss(x, logits, mu, logvar):
    """Both terms."""

    # The reconstruction,
    # summed over pixels.
    nll = tf.reduce_sum(tf.square(x - logits))

    kl = tf.reduce_sum(tf.square(mu) + tf.exp(logvar) - logvar)  # to N(0, 1)
    return nll + kl
''',
        '''\
import tensorflow as tf


def elbo_loss(x, logits, mu, logvar):
    """Both terms."""

    batch_size = tf.cast(tf.shape(logits)[0], logits.dtype)
    # The reconstruction,
    # summed over pixels.
    nll = tf.reduce_sum(tf.square(x - logits)) / batch_size

    kl = tf.reduce_sum(tf.square(mu) + tf.exp(logvar) - logvar) / batch_size  # to N(0, 1)
    return nll + kl
''',
    ),
    "a name inside the block that needs it": (
        """\
import tensorflow as tf


class VAE(tf.keras.Model):
    def train_step(self, data):
        with tf.GradientTape() as tape:
            mu, logvar = self.encoder(data), self.scale(data)
            x = self.decoder(mu)
            loss = tf.reduce_sum(tf.square(data - x)) + tf.reduce_sum(tf.square(data + x))
        grads = tape.gradient(loss, self.trainable_variables)
        self.optimizer.apply_gradients(zip(grads, self.trainable_variables))
        return {"loss": loss}
""",
        """\
import tensorflow as tf


class VAE(tf.keras.Model):
    def train_step(self, data):
        with tf.GradientTape() as tape:
            mu, logvar = self.encoder(data), self.scale(data)
            x = self.decoder(mu)
            batch_size = tf.cast(tf.shape(x)[0], x.dtype)
            loss = tf.reduce_sum(tf.square(data - x)) / batch_size + tf.reduce_sum(tf.square(data + x)) / batch_size
        grads = tape.gradient(loss, self.trainable_variables)
        self.optimizer.apply_gradients(zip(grads, self.trainable_variables))
        return {"loss": loss}
""",
    ),
    "a size defined later": (
        """\
import tensorflow as tf


def margin_loss(anchor, positive):
    total = tf.reduce_sum(tf.nn.relu(1.0 - anchor * positive))
    n = tf.cast(tf.shape(anchor)[0], tf.float32)
    return total + tf.reduce_sum(anchor) / n
""",
        """\
import tensorflow as tf


def margin_loss(anchor, positive):
    batch_size = tf.cast(tf.shape(anchor)[0], anchor.dtype)
    total = tf.reduce_sum(tf.nn.relu(1.0 - anchor * positive)) / batch_size
    n = tf.cast(tf.shape(anchor)[0], tf.float32)
    return total + tf.reduce_sum(anchor) / n
""",
    ),
    "a size that is bound again": (
        """\
import tensorflow as tf


def margin_loss(anchor, positive):
    n = tf.cast(tf.shape(anchor)[0], tf.float32)
    mean = tf.reduce_sum(anchor) / n
    n = tf.shape(anchor)[1]
    return mean + tf.reduce_sum(tf.nn.relu(1.0 - anchor * positive)) * tf.cast(n, tf.float32)
""",
        """\
import tensorflow as tf


def margin_loss(anchor, positive):
    n = tf.cast(tf.shape(anchor)[0], tf.float32)
    mean = tf.reduce_sum(anchor) / n
    n = tf.shape(anchor)[1]
    batch_size = tf.cast(tf.shape(anchor)[0], anchor.dtype)
    return mean + tf.reduce_sum(tf.nn.relu(1.0 - anchor * positive)) / batch_size * tf.cast(n, tf.float32)
""",
    ),
    "a size that only one branch knows": (
        """\
import tensorflow as tf


def margin_loss(anchor, positive, scaled=True):
    weight = 1.0
    if weight > 2:
        n = tf.cast(tf.shape(anchor)[0], tf.float32)
        weight = 2.0
    return weight * tf.reduce_sum(tf.nn.relu(1.0 - anchor * positive))
""",
        """\
import tensorflow as tf


def margin_loss(anchor, positive, scaled=True):
    weight = 1.0
    if weight > 2:
        n = tf.cast(tf.shape(anchor)[0], tf.float32)
        weight = 2.0
    batch_size = tf.cast(tf.shape(anchor)[0], anchor.dtype)
    return weight * tf.reduce_sum(tf.nn.relu(1.0 - anchor * positive)) / batch_size
""",
    ),
    "a size that goes": (
        """\
import tensorflow as tf


def spread_loss(y_true, y_pred):
    n = tf.cast(tf.shape(y_pred)[0], y_pred.dtype)
    error = tf.reduce_mean(tf.square(y_true - y_pred), axis=-1)
    return error / n
""",
        """\
import tensorflow as tf


def spread_loss(y_true, y_pred):
    error = tf.reduce_mean(tf.square(y_true - y_pred), axis=-1)
    return error
""",
    ),
    "a size with a comment stays": (
        """\
import tensorflow as tf


def spread_loss(y_true, y_pred):
    # all samples
    n = tf.cast(tf.shape(y_pred)[0], y_pred.dtype)
    error = tf.reduce_mean(tf.square(y_true - y_pred), axis=-1)
    return error / n
""",
        """\
import tensorflow as tf


def spread_loss(y_true, y_pred):
    # all samples
    n = tf.cast(tf.shape(y_pred)[0], y_pred.dtype)
    error = tf.reduce_mean(tf.square(y_true - y_pred), axis=-1)
    return error
""",
    ),
    "a size with another use stays": (
        """\
import tensorflow as tf


def spread_loss(y_true, y_pred):
    n = tf.cast(tf.shape(y_pred)[0], y_pred.dtype)
    tf.print(n)
    error = tf.reduce_mean(tf.square(y_true - y_pred), axis=-1)
    return error / n
""",
        """\
import tensorflow as tf


def spread_loss(y_true, y_pred):
    n = tf.cast(tf.shape(y_pred)[0], y_pred.dtype)
    tf.print(n)
    error = tf.reduce_mean(tf.square(y_true - y_pred), axis=-1)
    return error
""",
    ),
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
    "the mean under a strategy": (
        """\
import tensorflow as tf

strategy = tf.distribute.MirroredStrategy()
model = tf.keras.Sequential([tf.keras.layers.Dense(1)])
optimizer = tf.keras.optimizers.SGD(0.1)


def step(inputs):
    x, y = inputs
    with tf.GradientTape() as tape:
        per_example = tf.keras.losses.mean_squared_error(y, model(x))
        loss = tf.reduce_mean(per_example)
    grads = tape.gradient(loss, model.trainable_variables)
    optimizer.apply_gradients(zip(grads, model.trainable_variables))
    return loss


def vector_step(inputs):
    x, y = inputs
    with tf.GradientTape() as tape:
        loss = tf.keras.losses.mean_squared_error(y, model(x))
    grads = tape.gradient(loss, model.trainable_variables)
    optimizer.apply_gradients(zip(grads, model.trainable_variables))
    return loss


@tf.function
def both(inputs):
    strategy.run(vector_step, args=(inputs,))
    return strategy.run(step, args=(inputs,))
""",
        """\
import tensorflow as tf

strategy = tf.distribute.MirroredStrategy()
model = tf.keras.Sequential([tf.keras.layers.Dense(1)])
optimizer = tf.keras.optimizers.SGD(0.1)


def step(inputs):
    x, y = inputs
    with tf.GradientTape() as tape:
        per_example = tf.keras.losses.mean_squared_error(y, model(x))
        loss = tf.nn.compute_average_loss(tf.reduce_mean(per_example, axis=list(range(1, len(per_example.shape)))))
    grads = tape.gradient(loss, model.trainable_variables)
    optimizer.apply_gradients(zip(grads, model.trainable_variables))
    return loss


def vector_step(inputs):
    x, y = inputs
    with tf.GradientTape() as tape:
        loss = tf.nn.compute_average_loss(tf.keras.losses.mean_squared_error(y, model(x)))
    grads = tape.gradient(loss, model.trainable_variables)
    optimizer.apply_gradients(zip(grads, model.trainable_variables))
    return loss


@tf.function
def both(inputs):
    strategy.run(vector_step, args=(inputs,))
    return strategy.run(step, args=(inputs,))
""",
    ),
    "a loss that is compiled under a strategy": (
        """\
import tensorflow as tf

strategy = tf.distribute.MirroredStrategy()


def mse_loss(y_true, y_pred):
    return tf.reduce_mean(tf.square(y_true - y_pred))


with strategy.scope():
    model = tf.keras.Sequential([tf.keras.layers.Dense(1)])
    model.compile(optimizer="sgd", loss=mse_loss)
""",
        """\
import tensorflow as tf

strategy = tf.distribute.MirroredStrategy()


def mse_loss(y_true, y_pred):
    return tf.reduce_mean(tf.square(y_true - y_pred), axis=list(range(1, len(y_pred.shape))))


with strategy.scope():
    model = tf.keras.Sequential([tf.keras.layers.Dense(1)])
    model.compile(optimizer="sgd", loss=mse_loss)
""",
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
    "an alias that a parameter hides": (
        """\
import tensorflow as tf
from tensorflow.keras import backend as K


def clusters_loss(inputs, hidden, K=10):
    return tf.reduce_sum(tf.square(inputs - hidden)) / K


def sums_loss(inputs, hidden, tf=None):
    return K.sum(K.square(inputs - hidden))
""",
        """\
import tensorflow as tf
from tensorflow.keras import backend as K


def clusters_loss(inputs, hidden, K=10):
    return tf.reduce_sum(tf.square(inputs - hidden)) / K


def sums_loss(inputs, hidden, tf=None):
    return K.sum(K.square(inputs - hidden)) / K.cast(K.shape(inputs)[0], K.dtype(inputs))
""",
    ),
    "an alias that the function imports": (
        """\
def lazy_loss(inputs, hidden):
    import tensorflow as tf

    return tf.reduce_sum(tf.square(inputs - hidden))
""",
        """\
def lazy_loss(inputs, hidden):
    import tensorflow as tf

    return tf.reduce_sum(tf.square(inputs - hidden)) / tf.cast(tf.shape(inputs)[0], inputs.dtype)
""",
    ),
}
"""By what they show. No right side: nothing is changed."""


@pytest.mark.parametrize("name", CASES)
def test_is_mended_as_the_author_would(name: str, tmp_path: Path) -> None:
    before, after = CASES[name]
    mended, _ = mended_source(before, tmp_path)
    assert mended == (before if after is None else after)
    compile(mended, "mended.py", "exec", dont_inherit=True)
    assert ast.parse(mended)


@pytest.mark.parametrize("name", [name for name, (_, after) in CASES.items() if after is not None])
@pytest.mark.parametrize("end", ["\r\n", "\r"])
def test_new_lines_end_and_begin_as_the_others(name: str, end: str, tmp_path: Path) -> None:
    before, after = (text.replace("    ", "\t").replace("\n", end) for text in CASES[name])
    mended, _ = mended_source("\ufeff# \N{GREEK SMALL LETTER ALPHA}" + end + before, tmp_path)
    assert mended == "\ufeff# \N{GREEK SMALL LETTER ALPHA}" + end + after
