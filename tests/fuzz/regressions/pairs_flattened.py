# inputs: y_true=(N,4):real y_pred=(N,4):real
# truth: degree=2 gradient=2 coupled=true returns=scalar
import tensorflow as tf


def loss(y_true, y_pred):
    apart = tf.nn.relu(tf.expand_dims(y_pred, 1) - tf.expand_dims(y_pred, 0))
    return tf.reduce_sum(tf.reshape(apart, (-1, 1)))
