# inputs: y_true=(N,4):real y_pred=(N,4):real
# truth: degree=1 gradient=1 coupled=false returns=scalar may-be-unknown
import tensorflow as tf


def loss(y_true, y_pred):
    error = tf.reshape(tf.abs(y_true - y_pred), [-1])
    share = tf.reshape(tf.abs(y_pred), [-1]) / tf.cast(tf.size(error), tf.float64) ** 2
    largest = 0.001 * tf.reduce_max(share) + tf.reduce_max(error)
    return tf.maximum(largest, 4.0 * tf.reduce_sum(error))
