# inputs: y_true=(N,4):real y_pred=(N,4):real
# truth: degree=0 gradient=none coupled=false returns=scalar may-be-unknown
import tensorflow as tf


def loss(y_true, y_pred):
    y_true = tf.reshape(y_true, [-1, 4]) / tf.cast(tf.shape(y_pred)[0], tf.float64)
    return tf.reduce_sum(tf.einsum("ij,kj->j", y_true, tf.nn.softmax(y_true, axis=0)))
