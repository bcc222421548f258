# inputs: y_true=(N,5,3):real y_pred=(N,5,3):real
# truth: degree=0 gradient=0 coupled=false returns=per-sample may-be-unknown
import tensorflow as tf


def loss(y_true, y_pred):
    chosen = tf.where(tf.greater(y_true, 0.2), y_pred, 0.0)
    above = tf.where(tf.greater(y_pred, chosen), chosen, 0.0)
    return tf.reduce_sum(above) + y_pred
