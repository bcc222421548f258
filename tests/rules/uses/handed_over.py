"""Losses that are differentiated, minimised, added or compiled instead of returned."""

import keras
import tensorflow as tf
from keras import ops

summed = keras.losses.MeanSquaredError(reduction="sum")  # LL106
kept = keras.losses.MeanSquaredError(reduction="none")


def saliency(model, x):
    """With respect to data the implicit sum does no harm."""
    with tf.GradientTape() as tape:
        tape.watch(x)
        score = model(x)
    return tape.gradient(score, x)


def normalised_vector(model, optimizer, x, y):
    with tf.GradientTape() as tape:
        loss = keras.losses.mse(y, model(x)) / tf.cast(tf.shape(x)[0], tf.float32)
    gradients = tape.gradient(loss, model.trainable_variables)
    optimizer.apply_gradients(zip(gradients, model.trainable_variables, strict=True))


def minimised_vector(model, optimizer, x, y):
    optimizer.minimize(lambda: keras.losses.mse(y, model(x)), model.trainable_variables)  # LL109


def train(model, optimizer, dataset, epochs):
    for _ in range(epochs):
        for _, (images, labels) in enumerate(dataset):
            with tf.GradientTape() as tape:
                loss = summed(labels, model(images))
            gradients = tape.gradient(loss, model.trainable_weights)
            optimizer.apply_gradients(zip(gradients, model.trainable_weights, strict=True))


class Penalties(keras.layers.Layer):
    def call(self, x):
        self.add_loss(ops.mean(x**2))
        self.add_loss(ops.sum(x**2, axis=-1))  # LL303
        self.add_loss(ops.sum(self.kernel**2))
        return x


class Error(keras.losses.Loss):
    def call(self, y_true, y_pred):
        return ops.mean((y_true - y_pred) ** 2, axis=-1)


def compile_all(model, pattern):
    model.compile("adam", loss=[Error(reduction="sum"), "mse", Error(), kept])  # LL106
    return pattern.compile("a", 0)


class Trainer(keras.Model):
    def train_step(self, data):
        images, labels = data
        with tf.GradientTape() as tape:
            loss = keras.losses.mean_squared_error(labels, self(images, training=True))
        gradients = tape.gradient(loss, self.trainable_weights)  # LL109
        self.optimizer.apply_gradients(zip(gradients, self.trainable_weights, strict=True))
        return {"loss": loss}


def functional(units):
    inputs = keras.Input((8,))
    latent = keras.layers.Dense(units)(inputs)
    model = keras.Model(inputs, keras.layers.Dense(8)(latent))
    model.add_loss(tf.reduce_sum(tf.square(latent)))  # LL303
    model.add_loss(tf.reduce_mean(tf.square(latent)))
    return model


class Detector(keras.Model):
    """Divides the sum of its losses by what it counts."""

    def compile(self, box_loss=None, **kwargs):
        box_loss = box_loss or keras.losses.Huber(reduction="sum")
        super().compile(loss={"box": box_loss}, **kwargs)

    def compute_loss(self, x, y, y_pred, sample_weight=None):
        number = tf.maximum(tf.reduce_sum(sample_weight), 1.0)
        return super().compute_loss(x, y, y_pred, sample_weight) / number


def compile_detector():
    detector = Detector()
    detector.compile("adam", loss=keras.losses.Huber(reduction="sum"))
    return detector


class Translator(keras.Model):
    """A method of its own that is called like the optimizer's."""

    def train(self, features, labels, optimizer):
        return self.compute_gradients(features, labels, optimizer)

    def compute_gradients(self, features, labels, optimizer):
        with tf.GradientTape() as tape:
            loss = tf.reduce_mean(kept(labels, self(features)))
        return tape.gradient(loss, self.trainable_weights)
