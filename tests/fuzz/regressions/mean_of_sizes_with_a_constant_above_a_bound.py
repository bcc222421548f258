# inputs: y_true=(N,4):real y_pred=(N,4):real
# truth: degree=0 gradient=none coupled=false returns=scalar may-be-unknown
import tensorflow as tf


def loss(y_true, y_pred):
    return tf.maximum(tf.reduce_mean(tf.abs(y_true) + 0.25), 0.1)
