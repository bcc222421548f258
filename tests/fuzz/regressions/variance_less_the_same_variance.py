# inputs: y_true=(N,4):real y_pred=(N,4):real
# truth: degree=-1 gradient=-1 coupled=true returns=scalar may-be-unknown
import tensorflow as tf


def loss(y_true, y_pred):
    y_pred = tf.reshape(y_pred, [-1])
    variance = tf.math.reduce_variance(y_pred, axis=[-1])
    share = variance / tf.cast(tf.shape(y_pred)[0], tf.float64)
    return share + 0.25 * (variance - tf.math.reduce_variance(y_pred))
