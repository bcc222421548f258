# inputs: y_true=(N,4):real y_pred=(N,4):real
# truth: degree=mixed gradient=mixed coupled=false returns=scalar
import tensorflow as tf


def loss(y_true, y_pred):
    size = tf.sqrt(tf.cast(tf.shape(y_pred)[0], tf.float64))
    return tf.reduce_mean(tf.minimum(y_pred, size - 3.0))
