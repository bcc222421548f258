# inputs: y_true=(N,4):real y_pred=(N,4):real
# truth: degree=0 gradient=0 coupled=true returns=scalar
import tensorflow as tf


def loss(y_true, y_pred):
    n = tf.cast(tf.size(y_pred), tf.float64)
    return tf.reduce_logsumexp(y_pred) - tf.math.log(n)
