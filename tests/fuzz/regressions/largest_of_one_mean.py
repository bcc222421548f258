# inputs: y_true=(N,4):real y_pred=(N,4):real
# truth: degree=0 gradient=0 coupled=false returns=scalar
import tensorflow as tf


def loss(y_true, y_pred):
    return tf.reduce_max(tf.reduce_mean((y_pred, y_true)))
