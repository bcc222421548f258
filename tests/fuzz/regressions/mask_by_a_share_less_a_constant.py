# inputs: y_true=(N,4):real y_pred=(N,4):real
# truth: degree=mixed gradient=none coupled=false returns=per-sample
import tensorflow as tf


def loss(y_true, y_pred):
    n = tf.cast(tf.shape(y_pred)[0], tf.float64)
    return y_true / n * tf.cast(y_pred / n - 0.05 < 0.0, tf.float64)
