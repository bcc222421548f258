# inputs: y_true=(N,1):unit-interval y_pred=(N,1):positive
# truth: degree=0 gradient=0 coupled=false returns=per-sample may-be-unknown
import tensorflow as tf


def loss(y_true, y_pred):
    counted = tf.cast(tf.math.count_nonzero(y_pred > 0.0), y_pred.dtype) + y_pred
    return tf.where(tf.cast(counted, tf.bool), y_pred, counted)
