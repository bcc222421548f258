# inputs: y_true=(N,4):real y_pred=(N,4):real
# truth: degree=1 gradient=1 coupled=false returns=scalar may-be-unknown
import tensorflow as tf


def loss(y_true, y_pred):
    x = tf.reduce_sum(y_pred * y_true)
    squared = x * x
    return (x + squared) - squared
