# inputs: y_true=(N,4):real y_pred=(N,4):real
# truth: degree=1 gradient=1 coupled=false returns=scalar
import tensorflow as tf


def loss(y_true, y_pred):
    squares = tf.square(y_pred - y_true)
    return tf.reduce_sum(tf.where(squares > tf.reduce_mean(squares), squares, squares))
