# inputs: y_true=(N,1):real y_pred=(N,1):real
# truth: degree=0 gradient=none coupled=false returns=per-sample may-be-unknown
import tensorflow as tf


def loss(y_true, y_pred):
    bound = tf.clip_by_value(tf.reduce_logsumexp(y_true), 1e-7, 1e-7)
    return bound + y_true
