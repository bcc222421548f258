# inputs: y_true=(N,1):real y_pred=(N,1):real
# truth: degree=1 gradient=none coupled=false returns=scalar may-be-unknown
import tensorflow as tf


def loss(y_true, y_pred):
    mean = tf.reduce_mean(y_true)
    return tf.nn.l2_loss((y_true - mean) + mean)
