# inputs: y_true=(N,4):real y_pred=(N,4):real
# truth: degree=mixed gradient=mixed coupled=true returns=scalar
import tensorflow as tf


def loss(y_true, y_pred):
    return tf.minimum(tf.reduce_sum(tf.square(y_pred)), 1.0)
