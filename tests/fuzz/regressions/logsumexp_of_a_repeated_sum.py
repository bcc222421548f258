# inputs: y_true=(N,4):real y_pred=(N,4):positive
# truth: degree=2 gradient=2 coupled=true returns=scalar may-be-unknown
import tensorflow as tf


def loss(y_true, y_pred):
    total = tf.square(tf.reduce_sum(y_pred, axis=[0, 1], keepdims=True))
    return tf.reduce_logsumexp(tf.repeat(total, 2, axis=1), axis=-1)
