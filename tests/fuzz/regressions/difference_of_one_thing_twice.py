# inputs: y_true=(N,4):real y_pred=(N,4):real
# truth: degree=0 gradient=0 coupled=false returns=per-sample may-be-unknown
import tensorflow as tf


def loss(y_true, y_pred):
    apart = tf.square(y_true - tf.identity(y_true)) / tf.cast(tf.size(y_true), tf.float64)
    return apart + 0.25 * y_pred
