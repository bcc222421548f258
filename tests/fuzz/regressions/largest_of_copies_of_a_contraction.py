# inputs: y_true=(N,4):real y_pred=(N,4):real
# truth: degree=1 gradient=1 coupled=false returns=scalar may-be-unknown
import tensorflow as tf


def loss(y_true, y_pred):
    both = tf.stack((y_pred, y_pred))
    largest, _ = tf.math.top_k(tf.einsum("ijk,ljm->l", both, both))
    return largest
