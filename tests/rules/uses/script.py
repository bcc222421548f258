"""A training script without functions, under a strategy."""

import tensorflow as tf
from tensorflow import keras

strategy = tf.distribute.MirroredStrategy()


def per_sample(y_true, y_pred):
    return tf.reduce_mean(tf.square(y_true - y_pred), axis=-1)


def scaled_step(x, y):
    loss_object = keras.losses.MeanSquaredError()
    with tf.GradientTape() as tape:
        loss = loss_object(y, other(x))  # Keras divides by the number of replicas
    optimizer.apply_gradients(
        zip(tape.gradient(loss, other.trainable_weights), other.trainable_weights, strict=True)
    )


def local_step(x, y):
    with tf.GradientTape() as tape:
        loss = tf.reduce_mean(per_sample(y, other(x)))  # LL302
    optimizer.apply_gradients(
        zip(tape.gradient(loss, other.trainable_weights), other.trainable_weights, strict=True)
    )


if __name__ == "__main__":
    with strategy.scope():
        model = keras.Sequential([keras.layers.Dense(1)])
        model.compile("adam", loss=lambda t, p: tf.reduce_mean(tf.square(t - p)))  # LL302
        other = keras.Sequential([keras.layers.Dense(1)])
        other.compile("adam", loss=per_sample)
    third = keras.Sequential([keras.layers.Dense(1)])
    third.compile("adam", loss=lambda t, p: tf.reduce_mean(tf.abs(t - p)))
    optimizer = keras.optimizers.Adam()
    dataset = tf.data.Dataset.from_tensor_slices((tf.ones((8, 2)), tf.ones((8, 1)))).batch(4)
    for x, y in dataset:
        strategy.run(scaled_step, args=(x, y))
        strategy.run(local_step, args=(x, y))
        with tf.GradientTape() as tape:
            loss = per_sample(y, third(x))
        gradients = tape.gradient(loss, third.trainable_weights)  # LL109
        optimizer.apply_gradients(zip(gradients, third.trainable_weights, strict=True))
