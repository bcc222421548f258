# inputs: y_true=(N,4):real y_pred=(N,4):unit-interval
# truth: degree=mixed gradient=0 coupled=false returns=per-sample may-be-unknown
import tensorflow as tf


def loss(y_true, y_pred):
    y_true = tf.reshape(y_true, [-1])
    y_pred = tf.reshape(y_pred, [-1])
    smaller = tf.minimum(y_pred, y_true)
    never = smaller * tf.cast(tf.less(y_pred, smaller), tf.float64)
    return tf.reduce_sum(tf.exp(never)) + y_pred
