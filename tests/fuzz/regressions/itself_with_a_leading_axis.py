# inputs: y_true=(N,4):real y_pred=(N,4):real
# truth: degree=1 gradient=1 coupled=false returns=per-sample may-be-unknown
import tensorflow as tf


def loss(y_true, y_pred):
    return tf.abs(y_pred - tf.expand_dims(y_pred, 0)) + tf.reduce_sum(y_pred)
