# inputs: y_true=(N,4):real y_pred=(N,4):real
# truth: degree=1 gradient=none coupled=false returns=scalar may-be-unknown
import tensorflow as tf


def loss(y_true, y_pred):
    total = tf.einsum("ij->j", y_true)
    return tf.reduce_min(tf.stack((total, total), 1), axis=1)
