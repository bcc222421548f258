# inputs: y_true=(N,1):real y_pred=(N,1):real
# truth: degree=0 gradient=0 coupled=false returns=per-sample may-be-unknown
import tensorflow as tf


def loss(y_true, y_pred):
    return tf.reduce_sum(y_true - tf.sort(y_true)) + y_pred
