# inputs: y_true=(N,1):real y_pred=(N,1):real
# truth: degree=1 gradient=1 coupled=true returns=scalar may-be-unknown
import tensorflow as tf


def loss(y_true, y_pred):
    above = y_pred - tf.reduce_min(y_pred)
    return tf.reduce_min(above) + tf.reduce_sum(above)
