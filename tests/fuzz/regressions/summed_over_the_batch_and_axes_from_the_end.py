# inputs: y_true=(N,5,3):real y_pred=(N,5,3):real
# truth: degree=mixed gradient=mixed coupled=false returns=per-sample
import tensorflow as tf


def loss(y_true, y_pred):
    scaled = y_pred / tf.sqrt(tf.cast(tf.shape(y_pred)[0], tf.float64))
    return tf.reduce_sum(scaled, axis=[2]) + 1.5 * tf.reduce_sum(scaled, axis=(0, -2, 2))
