# inputs: y_true=(N,4):positive y_pred=(N,4):positive
# truth: degree=1 gradient=1 coupled=true returns=scalar may-be-unknown
import tensorflow as tf


def loss(y_true, y_pred):
    return tf.exp(tf.math.log(tf.reduce_sum(y_pred)) + tf.reduce_mean(y_true))
