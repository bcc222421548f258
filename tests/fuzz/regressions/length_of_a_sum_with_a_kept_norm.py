# inputs: y_true=(N,5,3):real y_pred=(N,5,3):real
# truth: degree=0 gradient=0 coupled=false returns=per-sample may-be-unknown
import tensorflow as tf


def loss(y_true, y_pred):
    norm = tf.math.reduce_euclidean_norm(y_pred, keepdims=True)
    return y_pred * len(norm + tf.unstack(y_pred, axis=-1)[0])
