# inputs: y_true=(N,4):real y_pred=(N,4):real
# truth: degree=0 gradient=0 coupled=false returns=per-sample
import tensorflow as tf


def loss(y_true, y_pred):
    spread = tf.math.reduce_variance(y_pred[None], axis=-1, keepdims=True)
    return tf.math.reduce_sum(y_pred + spread, axis=0)
