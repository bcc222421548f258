# inputs: y_true=(N,4):real y_pred=(N,4):positive
# truth: degree=mixed gradient=1 coupled=false returns=scalar may-be-unknown
import tensorflow as tf


def loss(y_true, y_pred):
    logs = tf.math.log1p(y_pred)
    return tf.reduce_sum(tf.boolean_mask(logs, logs >= 0.2)) + 0.1
