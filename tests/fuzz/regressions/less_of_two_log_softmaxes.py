# inputs: y_true=(N,4):real y_pred=(N,4):positive
# truth: degree=mixed gradient=0 coupled=true returns=per-sample may-be-unknown
import tensorflow as tf


def loss(y_true, y_pred):
    logs = tf.nn.log_softmax(tf.reshape(y_pred, [-1]))
    return tf.minimum(logs / tf.cast(tf.size(logs), tf.float64), logs)
