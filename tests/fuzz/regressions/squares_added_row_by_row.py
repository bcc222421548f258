# inputs: y_true=(N,4):real y_pred=(N,4):real
# truth: degree=1 gradient=1 coupled=false returns=scalar may-be-unknown
import tensorflow as tf


def loss(y_true, y_pred):
    total = 0.0
    for row in tf.square(y_pred):
        total += row
    return tf.nn.relu(total)
