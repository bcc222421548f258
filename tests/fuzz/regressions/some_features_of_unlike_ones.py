# inputs: y_true=(N,4):real y_pred=(N,4):positive
# truth: degree=-1 gradient=-1 coupled=false returns=per-sample may-be-unknown
import tensorflow as tf


def loss(y_true, y_pred):
    shrinking = y_pred / tf.cast(tf.size(y_true), tf.float64)
    return tf.concat((shrinking, y_pred), axis=-1)[..., :2]
