# inputs: y_true=(N,4):unit-interval y_pred=(N,4):unit-interval
# truth: degree=1 gradient=1 coupled=true returns=scalar may-be-unknown
import tensorflow as tf


def loss(y_true, y_pred):
    return tf.reduce_sum(y_pred * tf.maximum(tf.reduce_sum(y_true - y_pred), 1e-07))
