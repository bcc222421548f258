# inputs: y_true=(N,4):real y_pred=(N,4):unit-interval
# truth: degree=1 gradient=1 coupled=false returns=per-sample may-be-unknown
import tensorflow as tf


def loss(y_true, y_pred):
    constant = y_pred + (0.1 - y_pred)
    return tf.reduce_sum(y_pred) + tf.nn.relu(constant[:, None] - constant)
