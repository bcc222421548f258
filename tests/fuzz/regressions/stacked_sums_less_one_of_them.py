# inputs: y_true=(N,4):real y_pred=(N,4):real
# truth: degree=0 gradient=0 coupled=false returns=scalar may-be-unknown
import tensorflow as tf


def loss(y_true, y_pred):
    total = tf.reduce_sum(y_pred)
    rest = tf.reduce_mean(tf.stack([total, total]) - total)
    return total / tf.cast(tf.shape(y_pred)[0], tf.float64) + 0.1 * rest
