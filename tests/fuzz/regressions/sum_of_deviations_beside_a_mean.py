# inputs: y_true=(N,4):real y_pred=(N,4):real
# truth: degree=0 gradient=0 coupled=true returns=scalar may-be-unknown
import tensorflow as tf


def loss(y_true, y_pred):
    y_pred = tf.reshape(y_pred, [-1])
    deviations = tf.reduce_mean(y_pred) - y_pred
    return tf.reduce_sum(deviations) + 3.0 * tf.tanh(tf.reduce_mean(y_pred))
