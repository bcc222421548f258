# inputs: y_true=(N,5,3):real y_pred=(N,5,3):real
# truth: degree=-1 gradient=-1 coupled=false returns=scalar may-be-unknown
import tensorflow as tf


def loss(y_true, y_pred):
    mean = tf.reduce_mean(y_pred) / tf.cast(tf.shape(y_pred)[0], y_pred.dtype)
    return tf.round(mean) + mean
