# inputs: y_true=(N,4):real y_pred=(N,4):real
# truth: degree=0 gradient=0 coupled=true returns=scalar may-be-unknown
import tensorflow as tf


def loss(y_true, y_pred):
    squares = tf.expand_dims(tf.square(y_pred - y_true), 2)
    return tf.reduce_mean(squares * tf.reshape(squares, [-1]))
