# inputs: y_true=(N,4):unit-interval y_pred=(N,4):positive
# truth: degree=0 gradient=0 coupled=true returns=scalar
import tensorflow as tf


def loss(y_true, y_pred):
    squares = tf.expand_dims(tf.square(y_pred - y_true), -1)
    lengths = tf.math.reduce_euclidean_norm(squares, axis=[1, 2])
    return tf.reduce_mean(tf.abs(squares - lengths))
