# inputs: y_true=(N,4):real y_pred=(N,4):real
# truth: degree=0 gradient=0 coupled=false returns=scalar may-be-unknown
import tensorflow as tf


def loss(y_true, y_pred):
    y_pred = tf.reshape(y_pred, [-1])
    sums = tf.einsum("ij->j", tf.stack([y_pred, y_pred], axis=1))
    return tf.reduce_max(sums) / tf.cast(tf.shape(y_pred)[0], tf.float64)
