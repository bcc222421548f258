# inputs: y_true=(N,4):unit-interval y_pred=(N,4):real
# truth: degree=0 gradient=0 coupled=false returns=scalar may-be-unknown
import tensorflow as tf


def loss(y_true, y_pred):
    mean = tf.reduce_mean(tf.abs(y_pred))
    return tf.sign(mean) + mean
