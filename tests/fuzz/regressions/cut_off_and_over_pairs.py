# inputs: y_true=(N,5,3):real y_pred=(N,5,3):real
# truth: degree=mixed gradient=0 coupled=false returns=per-sample may-be-unknown
import tensorflow as tf


def loss(y_true, y_pred):
    high = tf.reduce_logsumexp(tf.square(y_pred), axis=range(1, y_pred.shape.rank))
    low = tf.clip_by_value(high, clip_value_min=-2.0, clip_value_max=0.5)
    n = tf.cast(tf.shape(input=low)[0], tf.float64)
    return low / (n * (n - 1)) + high
