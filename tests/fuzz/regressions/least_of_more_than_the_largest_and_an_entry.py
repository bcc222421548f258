# inputs: y_true=(N,4):positive y_pred=(N,4):real
# truth: degree=0 gradient=0 coupled=false returns=per-sample may-be-unknown
import tensorflow as tf


def loss(y_true, y_pred):
    error = tf.reshape(y_true - y_pred, [-1])
    largest = sum(tf.reduce_max(tf.tile(error, [2]) * k, keepdims=True) for k in [0.5, 1.0, 2.0])
    return tf.minimum(2.0 * largest, error)
