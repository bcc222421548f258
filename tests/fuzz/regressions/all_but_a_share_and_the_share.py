# inputs: y_true=(N,4):real y_pred=(N,4):real
# truth: degree=0 gradient=0 coupled=false returns=per-sample may-be-unknown
import tensorflow as tf


def loss(y_true, y_pred):
    squares = tf.square(y_pred - y_true)
    share = squares / tf.cast(tf.shape(y_pred)[0], tf.float64)
    return tf.stack([tf.abs(share - squares), share], axis=1)
