# inputs: y_true=(N,4):real y_pred=(N,4):real
# truth: degree=mixed gradient=0 coupled=true returns=scalar may-be-unknown
import tensorflow as tf


def loss(y_true, y_pred):
    peaks = tf.reduce_logsumexp(tf.square(tf.reshape(y_pred, [-1, 4])), axis=0)
    return tf.reduce_mean(tf.nn.softmax(peaks) * peaks)
