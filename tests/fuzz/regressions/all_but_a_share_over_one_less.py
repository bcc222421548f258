# inputs: y_true=(N,4):real y_pred=(N,4):real
# truth: degree=-1 gradient=-1 coupled=false returns=per-sample may-be-unknown
import tensorflow as tf


def loss(y_true, y_pred):
    y_pred = tf.reshape(y_pred, [-1])
    count = tf.cast(tf.size(y_pred), tf.float64)
    return (y_pred / count - y_pred) / (count - 1)
