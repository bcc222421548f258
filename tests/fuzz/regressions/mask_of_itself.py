# inputs: y_true=(N,4):real y_pred=(N,4):real
# truth: degree=0 gradient=0 coupled=false returns=per-sample may-be-unknown
import tensorflow as tf


def loss(y_true, y_pred):
    none = y_pred * tf.cast(y_pred < y_pred, tf.float64)
    none = tf.cast(none < tf.reduce_sum(none), tf.float64)
    return tf.square(y_pred - none) + 0.5 * y_pred
