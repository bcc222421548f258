# inputs: y_true=(N,4):real y_pred=(N,4):real
# truth: degree=1 gradient=1 coupled=true returns=scalar may-be-unknown
import tensorflow as tf


def loss(y_true, y_pred):
    y_pred = tf.reshape(y_pred, [-1, 4])
    return tf.reduce_sum(tf.nn.relu(tf.matmul(y_pred, y_pred, transpose_a=True)))
