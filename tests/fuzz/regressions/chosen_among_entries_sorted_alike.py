# inputs: y_true=(N,1):real y_pred=(N,1):real
# truth: degree=0 gradient=none coupled=false returns=scalar may-be-unknown
import tensorflow as tf
from keras import ops


def loss(y_true, y_pred):
    y_true = tf.reshape(y_true, [-1])
    once, again = ops.sort(y_true), 0.5 * ops.sort(y_true, axis=0)
    return tf.reduce_mean(tf.where(ops.sort(y_true) > 0.5, once, again))
