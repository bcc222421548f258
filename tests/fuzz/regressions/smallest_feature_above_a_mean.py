# inputs: y_true=(N,4):real y_pred=(N,4):real
# truth: degree=0 gradient=0 coupled=false returns=per-sample may-be-unknown
import tensorflow as tf


def loss(y_true, y_pred):
    y_true, y_pred = tf.reshape(y_true, [-1, 4]), tf.reshape(y_pred, [-1, 4])
    return tf.reduce_min(y_pred + tf.reduce_mean(y_true - y_pred), axis=-1)
