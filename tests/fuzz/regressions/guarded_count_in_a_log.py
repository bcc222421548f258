# inputs: y_true=(N,4):real y_pred=(N,4):positive
# truth: degree=mixed gradient=0 coupled=false returns=scalar
import tensorflow as tf


def loss(y_true, y_pred):
    n = tf.cast(tf.maximum(tf.shape(y_pred)[0], 1), tf.float64)
    return tf.reduce_mean(tf.math.log(y_pred / n))
