# inputs: y_true=(N,5,3):unit-interval y_pred=(N,5,3):unit-interval
# truth: degree=-2 gradient=-2 coupled=false returns=per-sample may-be-unknown
import tensorflow as tf


def loss(y_true, y_pred):
    small = y_pred / tf.cast(tf.size(y_true), tf.float64) ** 2
    largest, _ = tf.math.top_k(small)
    return tf.where(largest < 0.5, largest, 0.0)
