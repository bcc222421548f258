# inputs: y_true=(N,5,3):positive y_pred=(N,5,3):unit-interval
# truth: degree=1 gradient=1 coupled=false returns=per-sample may-be-unknown
import tensorflow as tf


def loss(y_true, y_pred):
    v3 = tf.reduce_logsumexp(y_pred, [1, 2])
    v6 = tf.maximum(v3[..., tf.newaxis] + v3, v3)
    return tf.reduce_sum(v6, range(1, 2), keepdims=True)
