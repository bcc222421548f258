# inputs: y_true=(N,3):real y_pred=(N,3):real
# truth: degree=3 gradient=3 coupled=true returns=scalar may-be-unknown
import tensorflow as tf


def loss(y_true, y_pred):
    sums = tf.reduce_sum(tf.square(tf.reshape(y_pred, [-1, 3])), axis=0)
    return tf.reduce_prod(sums)
