# inputs: y_true=(N,4):real y_pred=(N,4):real
# truth: degree=-2 gradient=none coupled=false returns=per-sample may-be-unknown
import tensorflow as tf


def loss(y_true, y_pred):
    count = tf.cast(tf.size(y_true), tf.float64)
    share = y_true / count
    either = tf.where(share > 0.5, y_true, share)
    return tf.where(either > 0.0, share, 0.1 * share) / count
