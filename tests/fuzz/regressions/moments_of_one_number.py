# inputs: y_true=(N,5,3):real y_pred=(N,5,3):positive
# truth: degree=2 gradient=2 coupled=true returns=scalar
import tensorflow as tf


def loss(y_true, y_pred):
    total = tf.reduce_sum(y_pred, keepdims=True)
    _, variance = tf.nn.moments(total, axes=[1, 2])
    return tf.reduce_sum(tf.square(total - variance))
