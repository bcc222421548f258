# inputs: y_true=(N,4):real y_pred=(N,4):real
# truth: degree=1 gradient=none coupled=true returns=scalar
import tensorflow as tf


def loss(y_true, y_pred):
    y_pred = tf.reshape(y_pred, [-1, 4])
    signs = tf.cast(tf.matmul(y_pred, y_pred, transpose_a=True) > 0.0, tf.float64)
    return (tf.reduce_sum(signs) + 1e-6) * tf.cast(tf.shape(y_pred)[0], tf.float64)
