# inputs: y_true=(N,4):real y_pred=(N,4):positive
# truth: degree=1 gradient=1 coupled=false returns=per-sample may-be-unknown
import tensorflow as tf


def loss(y_true, y_pred):
    total = tf.reduce_sum(y_pred, axis=-1)
    nothing = tf.square([total, total] - total)
    column = tf.reduce_mean(nothing, axis=0)
    return total * tf.cast(tf.shape(column)[0], tf.float64) + column
