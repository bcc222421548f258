"""Batch sizes from static shapes, and what is none of them."""

import numpy as np
import tensorflow as tf
from tensorflow.keras import backend as K


def unpacked_loss(y_true, y_pred):
    n, features = K.int_shape(y_pred)  # LL107
    return K.sum(K.abs(y_true - y_pred)) / (n * features)


def read_twice_loss(y_true, y_pred):
    scale = 1.0 / y_pred.shape[0]  # LL107
    return scale * tf.reduce_sum(tf.abs(y_true - y_pred)) + tf.reduce_sum(tf.square(y_pred)) * scale


def either_loss(y_true, y_pred):
    n = y_pred.shape[0] or tf.shape(y_pred)[0]
    return tf.reduce_sum(tf.abs(y_true - y_pred)) / tf.cast(n, tf.float32)


def asked_loss(y_true, y_pred):
    n = y_pred.shape[0]
    if n is None:
        n = tf.shape(y_pred)[0]
    return tf.reduce_sum(tf.abs(y_true - y_pred)) / tf.cast(n, tf.float32)


def numpy_loss(y_true, y_pred):
    return np.sum(np.abs(y_true - y_pred)) / y_true.shape[0]


def reshaped_loss(y_true, y_pred):
    """The size is used for a shape, not for the value."""
    flat = tf.reshape(y_pred - y_true, [y_pred.shape[0], -1])
    return tf.reduce_mean(tf.square(flat), axis=-1)


def features_loss(y_true, y_pred):
    return tf.reduce_sum(tf.square(y_pred - y_true), axis=-1) / np.prod(y_pred.shape[1:])


def eager_step(model, optimizer, x, y):
    """Nobody traces it."""
    with tf.GradientTape() as tape:
        loss = tf.reduce_sum(tf.square(y - model(x))) / x.shape[0]
    gradients = tape.gradient(loss, model.trainable_variables)
    optimizer.apply_gradients(zip(gradients, model.trainable_variables, strict=True))


@tf.function
def traced_step(model, optimizer, x, y):
    with tf.GradientTape() as tape:
        loss = tf.reduce_sum(tf.square(y - model(x))) / x.shape[0]  # LL107
    gradients = tape.gradient(loss, model.trainable_variables)
    optimizer.apply_gradients(zip(gradients, model.trainable_variables, strict=True))
