# inputs: y_true=(N,4):real y_pred=(N,4):real
# truth: degree=0 gradient=0 coupled=true returns=scalar
import tensorflow as tf


def loss(y_true, y_pred):
    errors = tf.square(y_true - y_pred)
    hard = tf.cast(errors > tf.reduce_mean(errors), tf.float64)
    return tf.reduce_mean(hard * errors)
