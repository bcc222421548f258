"""What fixes do to means under a ``tf.distribute`` strategy.

Before and after; ``None`` where nothing is changed. ``test_edits`` runs them.
"""

from __future__ import annotations

CASES: dict[str, tuple[str, str | None]] = {
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
}
