# inputs: y_true=(N,4):real y_pred=(N,4):real
# truth: degree=0 gradient=0 coupled=true returns=per-sample
import tensorflow as tf


def loss(y_true, y_pred):
    return tf.abs(y_pred[:, tf.newaxis] - y_pred)
