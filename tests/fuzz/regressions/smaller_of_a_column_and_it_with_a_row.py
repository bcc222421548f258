# inputs: y_true=(N,4):real y_pred=(N,4):real
# truth: degree=2 gradient=2 coupled=false returns=scalar may-be-unknown
import tensorflow as tf


def loss(y_true, y_pred):
    y_true = tf.reshape(y_true, [-1])
    column = tf.transpose(tf.reshape(y_pred, [-1])[tf.newaxis])
    return tf.reduce_sum(tf.minimum(y_true + column, column))
