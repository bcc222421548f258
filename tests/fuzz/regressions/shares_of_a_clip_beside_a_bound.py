# inputs: y_true=(N,5,3):positive y_pred=(N,5,3):positive
# truth: degree=-1 gradient=-1 coupled=false returns=per-sample may-be-unknown
import tensorflow as tf


def loss(y_true, y_pred):
    small = tf.clip_by_value(y_pred, 1e-07, 1.0) / tf.cast(tf.size(y_pred), tf.float64)
    return tf.where(small >= 0.2, small, 3.0 * small)
