# inputs: y_true=(N,4):real y_pred=(N,4):real
# truth: degree=0 gradient=0 coupled=true returns=scalar may-be-unknown
import tensorflow as tf


def loss(y_true, y_pred):
    largest = tf.reduce_max(y_pred)
    return largest + tf.reduce_sum(tf.boolean_mask(y_pred, y_pred > largest))
