# inputs: y_true=(N,4):real y_pred=(N,4):real
# truth: degree=0 gradient=0 coupled=false returns=scalar may-be-unknown
import tensorflow as tf


def loss(y_true, y_pred):
    return tf.maximum(0.0, tf.reduce_mean((y_pred, tf.abs(y_pred))))
