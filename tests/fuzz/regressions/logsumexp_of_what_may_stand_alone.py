# inputs: y_true=(N,4):real y_pred=(N,4):positive
# truth: degree=1 gradient=1 coupled=false returns=scalar may-be-unknown
import tensorflow as tf


def loss(y_true, y_pred):
    total = tf.reduce_sum(y_pred, axis=[0, 1], keepdims=True)
    return tf.reduce_logsumexp(total, axis=list(range(1, len(total.shape))))
