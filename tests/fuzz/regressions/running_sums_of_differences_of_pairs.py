# inputs: y_true=(N,1):real y_pred=(N,1):real
# truth: degree=2 gradient=2 coupled=true returns=scalar may-be-unknown
import tensorflow as tf


def loss(y_true, y_pred):
    return tf.reduce_sum(tf.cumsum(tf.expand_dims(y_pred, 1) - y_pred))
