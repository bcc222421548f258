# inputs: y_true=(N,4):real y_pred=(N,4):real
# truth: degree=0 gradient=0 coupled=false returns=per-sample may-be-unknown
import tensorflow as tf


def loss(y_true, y_pred):
    cut = tf.clip_by_value(y_pred, 1e-07, 1.0)
    below = tf.cast(tf.less(y_pred, cut), tf.float64)
    return tf.reduce_max(below) + cut
