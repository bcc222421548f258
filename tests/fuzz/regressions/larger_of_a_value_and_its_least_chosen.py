# inputs: y_true=(N,4):real y_pred=(N,4):unit-interval
# truth: degree=0 gradient=0 coupled=false returns=per-sample may-be-unknown
import tensorflow as tf


def loss(y_true, y_pred):
    least = tf.reduce_min(tf.where(y_pred >= 0.5, y_pred, 0.0))
    return tf.maximum(least, y_pred)
