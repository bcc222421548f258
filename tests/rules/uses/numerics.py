"""Patterns that break in floating point, and their guards."""

import tensorflow as tf
from keras import ops


def written_out_loss(y_true, y_pred):
    total = ops.squeeze(ops.sum(ops.exp(y_pred), axis=-1, keepdims=True), -1)
    return ops.log(total) - ops.sum(y_true * y_pred, axis=-1)  # LL401


def shifted_loss(y_true, y_pred):
    top = tf.stop_gradient(tf.reduce_max(y_pred, axis=-1, keepdims=True))
    return tf.squeeze(top, -1) + tf.math.log(tf.reduce_sum(tf.exp(y_pred - top), axis=-1))


def softplus_loss(y_true, y_pred):
    return tf.reduce_sum(tf.math.log(1.0 + tf.exp(y_pred)), axis=-1)


def log_of_squares_loss(y_true, y_pred):
    return tf.math.log(tf.reduce_sum(tf.square(tf.exp(y_true) - y_pred), axis=-1))


def epsilon_loss(y_true, y_pred, mask):
    return tf.reduce_sum(tf.abs(y_true - y_pred) * mask) / (tf.reduce_sum(mask) + 1e-7)


def compared_loss(y_true, y_pred, mask):
    count = tf.reduce_sum(mask)
    error = tf.reduce_sum(tf.abs(y_true - y_pred) * mask)
    return tf.cond(count > 0, lambda: error / count, lambda: 0.0)


def chosen_loss(y_true, y_pred, mask):
    """The value is guarded, the gradient is not."""
    count = tf.reduce_sum(mask)
    return tf.where(count > 0, tf.reduce_sum(tf.abs(y_true - y_pred) * mask) / count, 0.0)  # LL403


def counted_loss(y_true, y_pred):
    keep = tf.cast(tf.not_equal(y_true, 0), tf.float32)
    return tf.reduce_sum(tf.abs(y_true - y_pred) * keep) / tf.reduce_sum(keep)  # LL403


def per_sample_masked_loss(y_true, y_pred, mask):
    """Not a sum over the batch."""
    return tf.reduce_sum(tf.abs(y_true - y_pred) * mask, axis=-1) / tf.reduce_sum(mask, axis=-1)


def weighted_by_prediction_loss(y_true, y_pred):
    """Probabilities do not sum to zero."""
    return tf.reduce_sum(y_true * y_pred) / tf.reduce_sum(y_pred)


def pairs_loss(y_true, y_pred):
    """Every sample is like itself."""
    same = tf.cast(tf.equal(y_true[:, :1], tf.transpose(y_true[:, :1])), y_pred.dtype)
    same /= tf.reduce_sum(same, axis=1, keepdims=True)
    return tf.reduce_mean(same)


def half_features_loss(y_true, y_pred):
    return tf.reduce_sum(tf.cast(y_pred - y_true, "float16"), axis=-1)


def half_batch_loss(y_true, y_pred):
    error = tf.cast(y_pred - y_true, tf.bfloat16)
    total = tf.reduce_sum(tf.square(0.5 * error))  # LL402
    return tf.cast(total, tf.float32) / tf.cast(tf.shape(y_true)[0], tf.float32)


def half_ended_loss(y_true, y_pred):
    error = tf.cast(tf.cast(y_pred - y_true, tf.float16), tf.float32)
    return tf.reduce_sum(error) / tf.cast(tf.shape(y_true)[0], tf.float32)
