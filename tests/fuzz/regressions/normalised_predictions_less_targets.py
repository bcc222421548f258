# inputs: y_true=(N,4):real y_pred=(N,4):real
# truth: degree=mixed gradient=-1/2 coupled=true returns=scalar may-be-unknown
import tensorflow as tf


def loss(y_true, y_pred):
    direction = tf.math.l2_normalize(tf.reshape(y_pred, [-1]))
    return tf.reduce_mean(tf.square(direction - tf.reshape(y_true, [-1])))
