# inputs: y_true=(N,4):real y_pred=(N,4):real
# truth: degree=-1 gradient=-1 coupled=false returns=per-sample may-be-unknown
import tensorflow as tf


def loss(y_true, y_pred):
    n = tf.cast(tf.shape(y_pred)[0], tf.float64)
    return (y_pred - tf.reduce_sum(y_pred, axis=(0,))) / (n * (n - 1))
