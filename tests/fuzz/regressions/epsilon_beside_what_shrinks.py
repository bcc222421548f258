# inputs: y_true=(N,4):unit-interval y_pred=(N,4):real
# truth: degree=1 gradient=0 coupled=false returns=scalar may-be-unknown
import tensorflow as tf


def loss(y_true, y_pred):
    share = tf.abs(y_pred) / tf.cast(tf.size(y_pred), tf.float64)
    return tf.reduce_sum(share + 1e-3)
