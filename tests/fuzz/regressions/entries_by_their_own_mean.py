# inputs: y_true=(N,):real y_pred=(N,):positive
# truth: degree=mixed gradient=1 coupled=false returns=per-sample may-be-unknown
import tensorflow as tf


def loss(y_true, y_pred):
    y_pred = tf.reshape(y_pred, [-1])
    return y_pred / tf.reduce_mean(y_pred) + y_pred * tf.cast(tf.shape(y_pred)[0], y_pred.dtype)
