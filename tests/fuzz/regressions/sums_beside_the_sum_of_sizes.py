# inputs: y_true=(N,5,3):real y_pred=(N,5,3):real
# truth: degree=1 gradient=none coupled=false returns=scalar may-be-unknown
import tensorflow as tf


def loss(y_true, y_pred):
    return tf.maximum(tf.einsum("ijk->jk", y_true), tf.reduce_sum(tf.abs(y_true)))
