# inputs: y_true=(N,4):real y_pred=(N,4):real
# truth: degree=mixed gradient=1 coupled=false returns=scalar may-be-unknown
import tensorflow as tf


def loss(y_true, y_pred):
    y_pred = tf.reshape(y_pred, [-1])
    direction = tf.nn.l2_normalize(y_pred)
    return tf.tensordot(direction, direction, 1) + 0.25 * tf.reduce_sum(y_pred)
