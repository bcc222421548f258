# inputs: y_true=(N,5,3):real y_pred=(N,5,3):real
# truth: degree=0 gradient=none coupled=false returns=per-sample may-be-unknown
import tensorflow as tf


def loss(y_true, y_pred):
    mask = tf.cast(tf.less(y_pred, 0.0), dtype=tf.float64)
    return tf.cast(tf.math.count_nonzero(mask - 1.5 > 0.0), tf.float64) + mask
