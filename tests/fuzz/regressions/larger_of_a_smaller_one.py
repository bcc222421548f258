# inputs: y_true=(N,4):real y_pred=(N,4):real
# truth: degree=0 gradient=0 coupled=false returns=per-sample may-be-unknown
import tensorflow as tf


def loss(y_true, y_pred):
    mean = tf.reduce_mean(tf.square(y_true - y_pred))
    return tf.maximum(tf.minimum(y_pred, mean), mean) + tf.square(y_pred)
