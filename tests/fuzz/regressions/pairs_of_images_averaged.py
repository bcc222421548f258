# inputs: y_true=(N,5,3):positive y_pred=(N,5,3):unit-interval
# truth: degree=0 gradient=0 coupled=true returns=per-sample may-be-unknown
import tensorflow as tf


def loss(y_true, y_pred):
    means = tf.reduce_mean(y_true - y_pred, axis=[-1, -2])
    return tf.square(means[:, None] - means)
