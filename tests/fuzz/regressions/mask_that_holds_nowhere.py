# inputs: y_true=(N,5,3):real y_pred=(N,5,3):real
# truth: degree=1 gradient=1 coupled=false returns=per-sample may-be-unknown
import tensorflow as tf


def loss(y_true, y_pred):
    high = tf.reduce_logsumexp(tf.square(y_pred), axis=(-1,))
    low = tf.cast(high < 0.2, tf.float64)
    return high * tf.cast(tf.shape(high)[0], tf.float64) + low
