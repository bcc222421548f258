# inputs: y_true=(N,5,3):positive y_pred=(N,5,3):real
# truth: degree=1 gradient=1 coupled=false returns=scalar may-be-unknown
import tensorflow as tf


def loss(y_true, y_pred):
    sizes = tf.reduce_sum(tf.abs(y_true - y_pred)) / len(y_pred)
    return tf.reduce_sum(tf.minimum(sizes - y_true, y_pred))
