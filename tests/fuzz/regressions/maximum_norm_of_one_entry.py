# inputs: y_true=(N,4):real y_pred=(N,4):real
# truth: degree=-1 gradient=-1 coupled=true returns=scalar
import numpy as np
import tensorflow as tf


def loss(y_true, y_pred):
    y_pred = tf.reshape(y_pred, [-1])
    mean = tf.reduce_mean(y_pred, 0, keepdims=True)
    return tf.norm(mean, ord=np.inf) / tf.cast(tf.size(y_pred), tf.float64)
