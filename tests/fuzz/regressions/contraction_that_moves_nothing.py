# inputs: y_true=(N,4):real y_pred=(N,4):real
# truth: degree=-1 gradient=none coupled=false returns=per-sample may-be-unknown
import tensorflow as tf


def loss(y_true, y_pred):
    y_true = tf.reshape(y_true, [-1])
    y_pred = tf.reshape(y_pred, [-1])
    nothing = y_pred - tf.einsum("i->i", y_pred)
    product = tf.einsum("i,i->i", nothing, y_true)
    return y_true / tf.cast(tf.shape(product)[0], tf.float64) + product
