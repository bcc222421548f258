# inputs: y_true=(N,4):positive y_pred=(N,4):positive
# truth: degree=1 gradient=1 coupled=false returns=per-sample may-be-unknown
import tensorflow as tf


def loss(y_true, y_pred):
    return tf.maximum(tf.reduce_sum(y_pred), tf.cumsum(y_pred, 0))
