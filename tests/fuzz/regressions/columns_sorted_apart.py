# inputs: y_true=(N,4):real y_pred=(N,4):real
# truth: degree=0 gradient=0 coupled=true returns=per-sample may-be-unknown
import tensorflow as tf


def loss(y_true, y_pred):
    return tf.reduce_min(tf.sort(y_pred, axis=0), -1)
