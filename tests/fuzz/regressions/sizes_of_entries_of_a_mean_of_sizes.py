# inputs: y_true=(N,5,3):real y_pred=(N,5,3):real
# truth: degree=0 gradient=none coupled=false returns=scalar may-be-unknown
import tensorflow as tf


def loss(y_true, y_pred):
    means = tf.reduce_mean(tf.abs(y_true), axis=0)
    entries = []
    for k in range(3):
        size = tf.abs(means[..., k])
        entries.append(size)
    return entries
