# inputs: y_true=(N,4):real y_pred=(N,4):real
# truth: degree=0 gradient=0 coupled=false returns=per-sample may-be-unknown
import tensorflow as tf


def loss(y_true, y_pred):
    share = y_pred / tf.cast(tf.reduce_prod(tf.shape(y_true)), y_pred.dtype)
    return share / y_pred + y_pred
