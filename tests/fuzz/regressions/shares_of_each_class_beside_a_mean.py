# inputs: y_true=(N,4):real y_pred=(N,4):real
# truth: degree=mixed gradient=0 coupled=false returns=scalar may-be-unknown
import tensorflow as tf


def loss(y_true, y_pred):
    shares = tf.nn.softmax(tf.square(y_pred - y_true))
    return tf.reduce_sum(shares, axis=0) + 0.25 * tf.reduce_mean(tf.reduce_sum(y_pred, axis=-1))
