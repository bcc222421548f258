# inputs: y_true=(N,4):real y_pred=(N,4):real
# truth: degree=-1 gradient=none coupled=false returns=per-sample may-be-unknown
import tensorflow as tf


def loss(y_true, y_pred):
    nothing = y_pred - tf.reshape(y_pred, [len(y_pred), 4])
    return y_true / y_pred.shape[0] + tf.square(nothing)
