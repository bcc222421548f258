# inputs: y_true=(N,4):positive y_pred=(N,4):positive
# truth: degree=mixed gradient=0 coupled=false returns=per-sample
import tensorflow as tf


def loss(y_true, y_pred):
    return tf.math.log(y_pred / (y_pred.shape[0] - 1))
