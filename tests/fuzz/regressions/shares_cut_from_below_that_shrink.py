# inputs: y_true=(N,4):real y_pred=(N,4):unit-interval
# truth: degree=-1 gradient=-1 coupled=false returns=per-sample may-be-unknown
import tensorflow as tf


def loss(y_true, y_pred):
    size = tf.cast(tf.size(y_true), tf.float64)
    return tf.nn.elu(tf.clip_by_value(y_pred, 1e-07, 1.0) * (1.0 / size))
