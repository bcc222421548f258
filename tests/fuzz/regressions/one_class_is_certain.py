# inputs: y_true=(N,4):real y_pred=(N,4):real
# truth: degree=1 gradient=1 coupled=false returns=scalar may-be-unknown
import tensorflow as tf


def loss(y_true, y_pred):
    column = tf.reshape(y_pred, (-1, 1))
    entropy = tf.nn.softmax_cross_entropy_with_logits(labels=tf.nn.softmax(column), logits=column)
    return tf.reduce_sum(column) + tf.reduce_max(entropy)
