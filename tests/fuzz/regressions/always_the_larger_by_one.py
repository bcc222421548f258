# inputs: y_true=(N,4):real y_pred=(N,4):real
# truth: degree=0 gradient=0 coupled=false returns=per-sample may-be-unknown
import tensorflow as tf


def loss(y_true, y_pred):
    counted = y_pred * tf.cast(tf.shape(y_pred)[0], y_pred.dtype)
    return tf.where(1.0 + y_pred > y_pred, y_pred, counted)
