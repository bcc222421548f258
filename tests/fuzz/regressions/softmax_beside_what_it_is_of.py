# inputs: y_true=(N,4):real y_pred=(N,4):real
# truth: degree=mixed gradient=0 coupled=false returns=per-sample may-be-unknown
import tensorflow as tf


def loss(y_true, y_pred):
    error = tf.reshape(tf.abs(y_true - y_pred), [-1])
    return tf.nn.softmax(error, -1) + 0.5 * error
