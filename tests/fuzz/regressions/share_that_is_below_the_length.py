# inputs: y_true=(N,4):real y_pred=(N,4):unit-interval
# truth: degree=0 gradient=0 coupled=false returns=per-sample may-be-unknown
import tensorflow as tf


def loss(y_true, y_pred):
    y_pred = tf.reshape(y_pred, [-1])
    share = y_pred / tf.cast(tf.size(y_pred), tf.float64)
    return tf.where(share < tf.norm(y_pred), y_pred, 0.0)
