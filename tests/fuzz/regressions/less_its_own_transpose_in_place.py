# inputs: y_true=(N,5,3):real y_pred=(N,5,3):real
# truth: degree=-1 gradient=-1 coupled=false returns=per-sample may-be-unknown
import tensorflow as tf


def loss(y_true, y_pred):
    same = tf.transpose(y_pred, [0, 1, 2])
    nothing = tf.square(same - y_pred)
    return same / nothing.shape[0] + nothing
