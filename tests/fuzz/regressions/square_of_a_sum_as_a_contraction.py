# inputs: y_true=(N,4):real y_pred=(N,4):real
# truth: degree=2 gradient=2 coupled=true returns=scalar may-be-unknown
import tensorflow as tf


def loss(y_true, y_pred):
    return tf.nn.elu(tf.einsum("ij,kj->", y_pred, y_pred))
