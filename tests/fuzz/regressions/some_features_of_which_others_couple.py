# inputs: y_true=(N,4):real y_pred=(N,4):real
# truth: degree=0 gradient=0 coupled=false returns=per-sample may-be-unknown
import tensorflow as tf


def loss(y_true, y_pred):
    both = tf.concat((y_pred - tf.reduce_max(y_true), y_pred), axis=-1)
    return tf.square(both[..., 4:])
