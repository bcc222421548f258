# inputs: y_true=(N,4):real y_pred=(N,4):real
# truth: degree=1 gradient=1 coupled=false returns=scalar may-be-unknown
import tensorflow as tf


def loss(y_true, y_pred):
    kept = tf.boolean_mask(y_pred, y_pred >= 0.0)
    return tf.maximum(tf.reduce_sum(kept), 0.0)
