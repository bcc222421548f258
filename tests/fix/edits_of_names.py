"""What fixes do to imports, names and sizes.

Before and after; ``None`` where nothing is changed. ``test_edits`` runs them.
"""

from __future__ import annotations

CASES: dict[str, tuple[str, str | None]] = {
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
