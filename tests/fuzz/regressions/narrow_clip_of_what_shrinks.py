# inputs: y_true=(N,4):real y_pred=(N,4):real
# truth: degree=mixed gradient=mixed coupled=false returns=per-sample may-be-unknown
import tensorflow as tf


def loss(y_true, y_pred):
    return tf.clip_by_value(y_pred / tf.cast(tf.size(y_pred), tf.float64), -1.0, 1.0)
