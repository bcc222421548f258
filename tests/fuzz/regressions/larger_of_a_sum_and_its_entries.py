# inputs: y_true=(N,4):real y_pred=(N,4):real
# truth: degree=2 gradient=2 coupled=false returns=scalar may-be-unknown
import tensorflow as tf


def loss(y_true, y_pred):
    errors = tf.reshape(tf.abs(y_true - y_pred), [-1])
    return tf.reduce_sum(tf.maximum(tf.reduce_sum(errors), errors))
