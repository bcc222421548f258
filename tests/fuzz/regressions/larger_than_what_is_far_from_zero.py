# inputs: y_true=(N,4):positive y_pred=(N,4):unit-interval
# truth: degree=0 gradient=none coupled=false returns=per-sample may-be-unknown
import tensorflow as tf


def loss(y_true, y_pred):
    far = tf.reduce_mean(y_true) + tf.reduce_mean(tf.math.rsqrt(y_true))
    return tf.maximum(far, y_pred)
