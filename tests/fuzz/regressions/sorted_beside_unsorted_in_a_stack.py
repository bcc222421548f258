# inputs: y_true=(N,4):real y_pred=(N,4):real
# truth: degree=1 gradient=1 coupled=true returns=scalar may-be-unknown
import tensorflow as tf


def loss(y_true, y_pred):
    ranked = tf.sort(tf.reshape(y_true, [-1]))
    both = (tf.reshape(y_pred, [-1]), ranked)
    return tf.reduce_sum(tf.square(both - ranked))
