# inputs: y_true=(N,4):real y_pred=(N,4):real
# truth: degree=mixed gradient=mixed coupled=true returns=scalar may-be-unknown
import tensorflow as tf


def loss(y_true, y_pred):
    largest = tf.math.top_k(tf.reshape(y_true - y_pred, [-1]), k=2)[0]
    return tf.math.reduce_variance(largest)
