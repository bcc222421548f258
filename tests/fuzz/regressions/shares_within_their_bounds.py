# inputs: y_true=(N,4):real y_pred=(N,4):real
# truth: degree=0 gradient=none coupled=false returns=per-sample may-be-unknown
import tensorflow as tf


def loss(y_true, y_pred):
    shares = tf.nn.softmax(y_true, axis=0)
    return tf.reduce_sum(tf.clip_by_value(shares, -1.0, 1.0)) + y_true
