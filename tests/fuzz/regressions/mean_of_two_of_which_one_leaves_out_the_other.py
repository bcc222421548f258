# inputs: y_true=(N,1):real y_pred=(N,1):real
# truth: degree=mixed gradient=0 coupled=false returns=per-sample may-be-unknown
import tensorflow as tf


def loss(y_true, y_pred):
    y_true = tf.reshape(y_true, [-1])
    y_pred = tf.reshape(y_pred, [-1])
    apart = y_true - y_pred
    middle = tf.reduce_mean([y_pred, apart], axis=0)
    return tf.einsum("i,i->", y_true, middle) + apart
