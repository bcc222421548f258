# inputs: y_true=(N,5,3):real y_pred=(N,5,3):real
# truth: degree=0 gradient=0 coupled=true returns=per-sample may-be-unknown
import tensorflow as tf


def loss(y_true, y_pred):
    row = y_pred[..., 0]
    return tf.gather(tf.expand_dims(row, 1) * row, [0, 1], axis=-1)
