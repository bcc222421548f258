# inputs: y_true=(N,4):real y_pred=(N,4):real
# truth: degree=1 gradient=0 coupled=true returns=per-sample may-be-unknown
import tensorflow as tf


def loss(y_true, y_pred):
    apart = tf.subtract(y_pred, tf.reduce_sum(y_true, (-2,)))
    return tf.math.top_k(apart, k=2)[0]
