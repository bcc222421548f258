# inputs: y_true=(N,4):real y_pred=(N,4):positive
# truth: degree=mixed gradient=2 coupled=true returns=scalar may-be-unknown
import tensorflow as tf


def loss(y_true, y_pred):
    total = tf.square(tf.reduce_sum(tf.reshape(y_pred, [-1, 4]), axis=[0, 1], keepdims=True))
    return tf.reduce_logsumexp(tf.tile(total, [1, 2]), axis=-1)
