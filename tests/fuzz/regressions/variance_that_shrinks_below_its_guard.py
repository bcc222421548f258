# inputs: y_true=(N,4):real y_pred=(N,4):positive
# truth: degree=0 gradient=mixed coupled=true returns=per-sample may-be-unknown
import tensorflow as tf


def loss(y_true, y_pred):
    count = tf.cast(tf.shape(y_pred)[0], y_pred.dtype)
    variance = tf.math.reduce_variance(y_pred / (count * count))
    return tf.maximum(variance, 1e-7) + y_true
