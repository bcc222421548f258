# inputs: y_true=(N,4):positive y_pred=(N,4):positive
# truth: degree=0 gradient=0 coupled=true returns=scalar
import tensorflow as tf


def loss(y_true, y_pred):
    return tf.math.log(tf.reduce_sum(y_pred)) - tf.math.log(tf.reduce_sum(y_true))
