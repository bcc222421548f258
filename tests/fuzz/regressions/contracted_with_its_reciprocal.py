# inputs: y_true=(N,4):unit-interval y_pred=(N,4):unit-interval
# truth: degree=1 gradient=0 coupled=false returns=per-sample may-be-unknown
import tensorflow as tf


def loss(y_true, y_pred):
    y_pred = tf.reshape(y_pred, [-1])
    return tf.tensordot(y_pred, tf.math.reciprocal_no_nan(y_pred), 1) + y_pred
