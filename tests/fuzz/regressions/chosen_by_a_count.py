# inputs: y_true=(N,4):real y_pred=(N,4):positive
# truth: degree=0 gradient=0 coupled=false returns=per-sample may-be-unknown
import tensorflow as tf


def loss(y_true, y_pred):
    n = tf.cast(tf.size(y_true), y_true.dtype)
    return tf.where(tf.greater(n, 0.5), y_pred, n)
