# inputs: y_true=(N,5,3):positive y_pred=(N,5,3):unit-interval
# truth: degree=mixed gradient=mixed coupled=true returns=scalar may-be-unknown
import tensorflow as tf


def loss(y_true, y_pred):
    n = tf.cast(tf.shape(y_pred)[0], tf.float64)
    return tf.norm(y_true / n - y_pred)
