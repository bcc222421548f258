# inputs: y_true=(N,4):real y_pred=(N,4):real
# truth: degree=1 gradient=1 coupled=false returns=scalar
import tensorflow as tf


def loss(y_true, y_pred):
    total = sum([tf.multiply(row, row) for row in tf.unstack(y_pred + y_true)])
    return tf.reduce_mean(tf.nn.leaky_relu(total))
