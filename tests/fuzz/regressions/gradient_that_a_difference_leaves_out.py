# inputs: y_true=(N,4):real y_pred=(N,4):real
# truth: degree=mixed gradient=0 coupled=false returns=per-sample may-be-unknown
import tensorflow as tf


def loss(y_true, y_pred):
    error = tf.abs(y_true - y_pred)
    shifted = y_true + error
    return tf.square(shifted - error) / tf.cast(tf.shape(y_true)[0], tf.float64) + 0.1 * shifted
