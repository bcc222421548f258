# inputs: y_true=(N,4):real y_pred=(N,4):real
# truth: degree=0 gradient=none coupled=false returns=per-sample may-be-unknown
import tensorflow as tf


def loss(y_true, y_pred):
    mean = tf.reduce_mean(y_true)
    return (y_true - sum([mean, mean])) ** 2
