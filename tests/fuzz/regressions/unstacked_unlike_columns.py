# inputs: y_true=(N,4):real y_pred=(N,4):real
# truth: degree=-1 gradient=-1 coupled=false returns=per-sample may-be-unknown
import tensorflow as tf


def loss(y_true, y_pred):
    shrinking = y_pred / tf.cast(tf.shape(y_true)[0], tf.float64)
    first, _ = tf.unstack(tf.stack((shrinking, y_pred), axis=-1), axis=-1)
    return first
