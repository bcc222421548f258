# inputs: y_true=(N,4):unit-interval y_pred=(N,4):real
# truth: degree=mixed gradient=mixed coupled=true returns=per-sample may-be-unknown
import tensorflow as tf


def loss(y_true, y_pred):
    return y_pred * tf.cast(tf.cumsum(y_pred, 0) < 0.0, y_pred.dtype)
