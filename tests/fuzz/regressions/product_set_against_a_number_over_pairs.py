# inputs: y_true=(N,4):real y_pred=(N,4):real
# truth: degree=mixed gradient=-1 coupled=false returns=scalar may-be-unknown
import tensorflow as tf


def loss(y_true, y_pred):
    count = tf.cast(tf.shape(y_pred)[0], y_pred.dtype)
    products = tf.matmul(tf.reshape(y_pred, [-1, 4]), tf.reshape(y_pred, [-1, 4]), transpose_a=True)
    return tf.reduce_mean(products - 3.0) / (count * (count - 1))
