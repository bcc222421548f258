# inputs: y_true=(N,1):real y_pred=(N,1):real
# truth: degree=0 gradient=0 coupled=false returns=per-sample may-be-unknown
import tensorflow as tf


def loss(y_true, y_pred):
    y_pred = tf.reshape(y_pred, [-1])
    weighted = tf.einsum("i,j->i", y_pred, y_pred)
    return (y_pred - weighted) + weighted
