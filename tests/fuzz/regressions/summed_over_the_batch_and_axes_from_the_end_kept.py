# inputs: y_true=(N,5,3):real y_pred=(N,5,3):real
# truth: degree=mixed gradient=2 coupled=true returns=per-sample
import tensorflow as tf


def loss(y_true, y_pred):
    return tf.square(tf.reduce_sum(y_pred, axis=(-2, 0), keepdims=True)) + y_true
