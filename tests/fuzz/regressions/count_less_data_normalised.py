# inputs: y_true=(N,4):real y_pred=(N,4):real
# truth: degree=mixed gradient=mixed coupled=true returns=per-sample may-be-unknown
import tensorflow as tf


def loss(y_true, y_pred):
    remaining = tf.cast(tf.shape(y_pred)[0], y_pred.dtype) - tf.math.reduce_variance(y_pred, axis=-1)
    return tf.math.l2_normalize(remaining, 0)
