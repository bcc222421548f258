# inputs: y_true=(N,4):real y_pred=(N,4):positive
# truth: degree=-1 gradient=-1 coupled=false returns=per-sample may-be-unknown
import tensorflow as tf


def loss(y_true, y_pred):
    n = tf.cast(tf.shape(y_true)[0], tf.float64)
    value = y_pred * (1.0 / (n - 1.0))
    return value - value / n
