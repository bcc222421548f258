# inputs: y_true=(N,1):positive y_pred=(N,1):unit-interval
# truth: degree=0 gradient=0 coupled=false returns=per-sample may-be-unknown
import tensorflow as tf


def loss(y_true, y_pred):
    shares = tf.nn.softmax(y_pred, axis=0)
    return tf.square(shares - tf.reduce_sum([y_pred, shares], axis=0))
