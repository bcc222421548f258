# inputs: y_true=(N,4):real y_pred=(N,4):real
# truth: degree=0 gradient=0 coupled=false returns=per-sample may-be-unknown
import tensorflow as tf


def loss(y_true, y_pred):
    total = tf.reduce_sum(y_true, keepdims=True)
    _, variance = tf.nn.moments(tf.concat([total, total], 0), axes=[0])
    return y_pred + variance
