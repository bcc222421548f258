# inputs: y_true=(N,4):real y_pred=(N,4):real
# truth: degree=-1 gradient=-1 coupled=true returns=per-sample may-be-unknown
import tensorflow as tf


def loss(y_true, y_pred):
    apart = tf.abs(y_pred[:, :, None] - y_true[..., 1])
    return apart / tf.cast(tf.shape(y_pred)[0], tf.float64)
