# inputs: y_true=(N,5,3):real y_pred=(N,5,3):unit-interval
# truth: degree=mixed gradient=-1 coupled=false returns=per-sample may-be-unknown
import tensorflow as tf


def loss(y_true, y_pred):
    small = (y_true - y_pred) * (1.0 / tf.cast(tf.size(y_pred), y_pred.dtype))
    return tf.maximum(small, 1e-07)
