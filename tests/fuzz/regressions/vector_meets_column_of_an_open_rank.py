# inputs: y_true=(N,1):real y_pred=(N,1):real
# truth: degree=0 gradient=0 coupled=true returns=scalar may-be-unknown
import tensorflow as tf


def loss(y_true, y_pred):
    return tf.reduce_mean(tf.square(tf.squeeze(y_true, axis=-1) - y_pred))
