# inputs: y_true=(N,4):real y_pred=(N,4):real
# truth: degree=1 gradient=1 coupled=false returns=per-sample may-be-unknown
import tensorflow as tf


def loss(y_true, y_pred):
    above = tf.maximum(y_pred, 1e-07)
    return tf.einsum("ij,kj->ij", above, y_pred) / above
