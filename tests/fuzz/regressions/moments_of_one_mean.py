# inputs: y_true=(N,1):real y_pred=(N,1):unit-interval
# truth: degree=0 gradient=0 coupled=false returns=scalar
import tensorflow as tf


def loss(y_true, y_pred):
    mean, variance = tf.nn.moments(tf.reshape(tf.reduce_mean(y_pred), [-1]), axes=[0])
    return mean + variance
