# inputs: y_true=(N,5,3):real y_pred=(N,5,3):real
# truth: degree=mixed gradient=0 coupled=false returns=scalar may-be-unknown
import tensorflow as tf


def loss(y_true, y_pred):
    total = tf.reduce_sum(tf.reshape(y_pred, [-1, 5, 3]), -3)
    return (1.0 + total) / (len(y_true) - 1)
