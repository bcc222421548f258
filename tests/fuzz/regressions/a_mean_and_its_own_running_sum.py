# inputs: y_true=(N,4):real y_pred=(N,4):positive
# truth: degree=0 gradient=0 coupled=false returns=scalar
import tensorflow as tf


def loss(y_true, y_pred):
    mean = tf.reduce_mean(y_pred, keepdims=True)
    return tf.maximum(mean, tf.cumsum(mean))
