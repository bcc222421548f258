# inputs: y_true=(N,4):real y_pred=(N,4):real
# truth: degree=0 gradient=0 coupled=true returns=scalar
import tensorflow as tf


def loss(y_true, y_pred):
    return tf.math.log(tf.exp(tf.reduce_mean(y_pred)) + 1.0)
