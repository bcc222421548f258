# inputs: y_true=(N,4):real y_pred=(N,4):unit-interval
# truth: degree=0 gradient=0 coupled=false returns=per-sample may-be-unknown
import tensorflow as tf


def loss(y_true, y_pred):
    hot = tf.one_hot(tf.argmax(y_pred), 4, dtype=tf.float64)
    return tf.maximum(y_pred, tf.reduce_min(hot))
