# inputs: y_true=(N,5,3):real y_pred=(N,5,3):real
# truth: degree=0 gradient=0 coupled=false returns=per-sample may-be-unknown
import tensorflow as tf


def loss(y_true, y_pred):
    apart = tf.nn.compute_average_loss(tf.abs(y_true - y_pred))
    return tf.abs(apart - tf.abs(y_pred))
