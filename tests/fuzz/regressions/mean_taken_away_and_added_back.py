# inputs: y_true=(N,4):real y_pred=(N,4):real
# truth: degree=mixed gradient=0 coupled=false returns=scalar may-be-unknown
import tensorflow as tf


def loss(y_true, y_pred):
    mean = tf.reduce_mean(y_true - y_pred)
    return tf.reduce_sum(mean + tf.reshape(y_pred, [-1])) + 0.25 * mean
