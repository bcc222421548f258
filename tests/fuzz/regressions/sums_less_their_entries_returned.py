# inputs: y_true=(N,4):real y_pred=(N,4):real
# truth: degree=0 gradient=0 coupled=false returns=per-sample may-be-unknown
import tensorflow as tf


def loss(y_true, y_pred):
    squares = tf.square(tf.reshape(y_pred - y_true, [-1, 4]))
    rest = tf.einsum("ij->j", squares) - squares
    return rest / (tf.cast(tf.shape(squares)[0], tf.float64) - 1)
