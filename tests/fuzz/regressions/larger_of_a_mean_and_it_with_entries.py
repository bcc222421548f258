# inputs: y_true=(N,4):real y_pred=(N,4):real
# truth: degree=0 gradient=0 coupled=false returns=scalar may-be-unknown
import tensorflow as tf


def loss(y_true, y_pred):
    mean = tf.reduce_mean(y_true)
    return tf.reduce_mean(tf.maximum(mean + y_pred, mean))
