# inputs: y_true=(N,4):unit-interval y_pred=(N,4):real
# truth: degree=0 gradient=none coupled=false returns=per-sample may-be-unknown
import tensorflow as tf


def loss(y_true, y_pred):
    shrinking = y_pred / tf.cast(tf.size(y_true), tf.float64)
    return tf.where(tf.less(y_pred, 0.5), tf.maximum(shrinking, 0.1), 0.0)
