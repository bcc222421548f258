# inputs: y_true=(N,1):positive y_pred=(N,1):unit-interval
# truth: degree=3 gradient=3 coupled=false returns=scalar may-be-unknown
import tensorflow as tf


def loss(y_true, y_pred):
    y_pred = tf.reshape(y_pred, [-1])
    shares = y_pred / tf.cast(tf.shape(y_pred)[0], tf.float64)
    return tf.reduce_sum(y_pred[:, tf.newaxis] * y_pred / shares)
