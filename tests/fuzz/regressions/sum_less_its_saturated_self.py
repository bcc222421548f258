# inputs: y_true=(N,4):real y_pred=(N,4):real
# truth: degree=1 gradient=1 coupled=false returns=scalar may-be-unknown
import tensorflow as tf


def loss(y_true, y_pred):
    sizes = tf.abs(tf.reshape(y_pred, [-1]))
    return tf.abs(tf.reduce_sum(tf.tanh(sizes)) - tf.reduce_sum(sizes))
