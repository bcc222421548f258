# inputs: y_true=(N,4):real y_pred=(N,4):real
# truth: degree=1 gradient=1 coupled=false returns=scalar may-be-unknown
import tensorflow as tf


def loss(y_true, y_pred):
    norms = tf.norm(0.5 * y_pred, keepdims=True) + tf.norm(2.0 * y_pred, keepdims=True)
    return tf.tensordot(norms, norms, 1)
