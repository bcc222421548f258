# inputs: y_true=(N,4):real y_pred=(N,4):real
# truth: degree=0 gradient=0 coupled=true returns=scalar may-be-unknown
import tensorflow as tf


def loss(y_true, y_pred):
    squares = tf.square(y_pred - y_true)
    total = tf.reduce_sum(tf.reduce_logsumexp(squares, axis=-1))
    return tf.square(tf.reduce_max(squares)) + 0.1 * tf.clip_by_value(total, -1.0, 1.0)
