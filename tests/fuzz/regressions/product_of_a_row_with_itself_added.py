# inputs: y_true=(N,4):real y_pred=(N,4):real
# truth: degree=1 gradient=none coupled=false returns=scalar may-be-unknown
import tensorflow as tf


def loss(y_true, y_pred):
    total = 0.0
    for i in range(len(y_true)):
        total += tf.reduce_prod((y_true[i], y_true[i]))
    return tf.nn.relu(total)
