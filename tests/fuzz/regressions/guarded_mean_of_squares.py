# inputs: y_true=(N,4):real y_pred=(N,4):real
# truth: degree=0 gradient=0 coupled=false returns=scalar
import tensorflow as tf


def loss(y_true, y_pred):
    return tf.maximum(tf.reduce_mean(tf.square(y_pred - y_true)), 1e-7)
