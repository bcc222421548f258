# inputs: y_true=(N,4):real y_pred=(N,4):real
# truth: degree=1 gradient=1 coupled=true returns=scalar
import tensorflow as tf


def loss(y_true, y_pred):
    return tf.maximum(1e-6, tf.reduce_sum(y_pred))
