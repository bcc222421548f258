# inputs: y_true=(N,4):real y_pred=(N,4):real
# truth: degree=1 gradient=none coupled=false returns=per-sample may-be-unknown
import tensorflow as tf


def loss(y_true, y_pred):
    y_true = tf.reshape(y_true, [-1])
    column = y_true[..., tf.newaxis]
    again = y_true + (column - y_true)
    return tf.reduce_sum(again * column, 0)
