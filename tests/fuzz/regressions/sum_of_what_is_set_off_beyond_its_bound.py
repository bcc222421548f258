# inputs: y_true=(N,4):unit-interval y_pred=(N,4):real
# truth: degree=0 gradient=0 coupled=false returns=scalar may-be-unknown
import tensorflow as tf


def loss(y_true, y_pred):
    below = tf.einsum("ij->j", y_true - 3.0)
    return tf.reduce_sum(tf.clip_by_value(below, -1.0, 1.0)) + tf.reduce_mean(y_pred)
