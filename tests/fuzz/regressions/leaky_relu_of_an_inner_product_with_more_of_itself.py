# inputs: y_true=(N,4):positive y_pred=(N,4):real
# truth: degree=1 gradient=1 coupled=false returns=scalar may-be-unknown
import tensorflow as tf


def loss(y_true, y_pred):
    y_true = tf.reshape(y_true, [-1])
    error = tf.abs(y_true - tf.reshape(y_pred, [-1]))
    return tf.nn.leaky_relu(tf.tensordot(error, error + y_true, axes=1))
