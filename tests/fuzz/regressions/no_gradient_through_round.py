# inputs: y_true=(N,4):real y_pred=(N,4):real
# truth: degree=mixed gradient=1 coupled=false returns=scalar
import tensorflow as tf


def loss(y_true, y_pred):
    return tf.reduce_mean(tf.round(3.0 * y_pred)) + tf.reduce_sum(y_pred)
