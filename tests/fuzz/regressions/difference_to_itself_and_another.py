# inputs: y_true=(N,1):real y_pred=(N,1):real
# truth: degree=0 gradient=none coupled=false returns=per-sample may-be-unknown
import tensorflow as tf


def loss(y_true, y_pred):
    y_pred = tf.reshape(y_pred, [-1])
    total = tf.einsum("i,i->", y_pred, y_pred)
    return tf.math.squared_difference(total, total + y_true)
