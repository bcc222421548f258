# inputs: y_true=(N,4):real y_pred=(N,4):real
# truth: degree=0 gradient=0 coupled=false returns=per-sample may-be-unknown
import tensorflow as tf


def loss(y_true, y_pred):
    squares = tf.square(y_pred)
    return squares + tf.clip_by_value(tf.reduce_logsumexp(squares), -1.0, 1.0)
