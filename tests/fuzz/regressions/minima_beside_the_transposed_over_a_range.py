# inputs: y_true=(N,5,3):real y_pred=(N,5,3):real
# truth: degree=1 gradient=1 coupled=false returns=scalar may-be-unknown
import tensorflow as tf


def loss(y_true, y_pred):
    least = tf.reduce_min(y_pred, axis=range(1, 3))
    return tf.reduce_sum(tf.square(least - tf.transpose(y_pred)))
