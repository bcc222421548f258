# inputs: y_true=(N,1):real y_pred=(N,1):real
# truth: degree=mixed gradient=1 coupled=false returns=scalar may-be-unknown
import tensorflow as tf


def loss(y_true, y_pred):
    y_true = tf.reshape(y_true, [-1])
    y_pred = tf.reshape(y_pred, [-1])
    apart = y_true - y_pred
    means = 0
    for item in [apart, y_pred]:
        means += tf.reduce_mean(item)
    return tf.reduce_sum(apart) + means
