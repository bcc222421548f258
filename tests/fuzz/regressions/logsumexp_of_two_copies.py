# inputs: y_true=(N,4):real y_pred=(N,4):real
# truth: degree=mixed gradient=1 coupled=true returns=per-sample may-be-unknown
import tensorflow as tf


def loss(y_true, y_pred):
    total = tf.einsum("ij,kj->k", y_pred, y_pred)
    return tf.reduce_logsumexp(tf.stack([total, total], axis=1), axis=1)
