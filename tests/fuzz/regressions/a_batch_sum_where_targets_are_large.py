# inputs: y_true=(N,4):unit-interval y_pred=(N,4):positive
# truth: degree=mixed gradient=1 coupled=true returns=per-sample may-be-unknown
import tensorflow as tf


def loss(y_true, y_pred):
    total = tf.reduce_sum(tf.square(y_true - y_pred))
    return tf.where(tf.less(y_true, 0.5), tf.square(y_pred), total)
