# inputs: y_true=(N,4):real y_pred=(N,4):real
# truth: degree=0 gradient=0 coupled=true returns=scalar may-be-unknown
import tensorflow as tf


def loss(y_true, y_pred):
    y_pred = tf.reshape(y_pred, [-1])
    return tf.math.reduce_variance(tf.reduce_sum(y_pred) - y_pred)
