# inputs: y_true=(N,4):real y_pred=(N,4):real
# truth: degree=0 gradient=-1 coupled=true returns=scalar may-be-unknown
import tensorflow as tf


def loss(y_true, y_pred):
    y_pred = tf.reshape(y_pred, [-1])
    running = tf.cumsum(tf.nn.softmax(y_pred))
    return tf.reduce_sum(running) / tf.cast(tf.shape(y_pred)[0], tf.float64)
