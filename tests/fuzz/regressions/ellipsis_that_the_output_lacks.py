# inputs: y_true=(N):real y_pred=(N):real
# truth: degree=1 gradient=1 coupled=false returns=scalar may-be-unknown
import tensorflow as tf


def loss(y_true, y_pred):
    return tf.einsum("...i,...i->", y_true, y_pred)
