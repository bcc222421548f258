# inputs: y_true=(N,1):real y_pred=(N,1):unit-interval
# truth: degree=0 gradient=none coupled=false returns=per-sample may-be-unknown
import tensorflow as tf


def loss(y_true, y_pred):
    y_true = tf.reshape(y_true, [-1])
    largest, _ = tf.math.top_k(y_true, k=1, sorted=True)
    return tf.cast(tf.greater(y_true, largest), tf.float64) + 0.5 * tf.reduce_mean(y_true)
