# inputs: y_true=(N,4):real y_pred=(N,4):real
# truth: degree=1 gradient=1 coupled=false returns=scalar
import tensorflow as tf


def loss(y_true, y_pred):
    return tf.abs(-tf.reduce_sum(tf.square(y_true - y_pred)))
