# inputs: y_true=(N,5,3):unit-interval y_pred=(N,5,3):positive
# truth: degree=0 gradient=0 coupled=false returns=per-sample may-be-unknown
import tensorflow as tf


def loss(y_true, y_pred):
    error = tf.abs(y_true - y_pred)
    counted = y_true * tf.cast(tf.size(y_true), y_true.dtype)
    return tf.where(counted > 0.5, tf.where(tf.greater(counted, 0.5), error, counted), error)
