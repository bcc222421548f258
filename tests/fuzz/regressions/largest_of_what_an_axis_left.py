# inputs: y_true=(N,4):real y_pred=(N,4):unit-interval
# truth: degree=0 gradient=0 coupled=true returns=scalar may-be-unknown
import tensorflow as tf


def loss(y_true, y_pred):
    mean, _ = tf.nn.moments(y_pred, axes=[1])
    largest, _ = tf.math.top_k(mean)
    return largest
