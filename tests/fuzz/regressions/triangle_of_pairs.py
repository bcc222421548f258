# inputs: y_true=(N,4):real y_pred=(N,4):real
# truth: degree=2 gradient=2 coupled=true returns=scalar
import tensorflow as tf


def loss(y_true, y_pred):
    y_pred = tf.reshape(y_pred, [-1, 4])
    return tf.reduce_sum(tf.linalg.band_part(tf.matmul(y_pred, y_pred, transpose_b=True), 0, -1))
