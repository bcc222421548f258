# inputs: y_true=(N,4):real y_pred=(N,4):real
# truth: degree=0 gradient=0 coupled=false returns=per-sample
import tensorflow as tf


def loss(y_true, y_pred):
    column = tf.reshape(y_pred, (-1, 1))
    pairs = tf.reshape(y_pred, [-1]) + column
    return tf.stack([pairs, pairs], axis=0)
