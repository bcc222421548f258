# inputs: y_true=(N,4):real y_pred=(N,4):real
# truth: degree=1 gradient=1 coupled=false returns=scalar may-be-unknown
import tensorflow as tf


def loss(y_true, y_pred):
    y_pred = tf.reshape(y_pred, [-1])
    return tf.reduce_max(tf.cumsum(tf.square(y_pred)))
