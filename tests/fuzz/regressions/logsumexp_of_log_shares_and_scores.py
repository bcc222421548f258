# inputs: y_true=(N,1):real y_pred=(N,1):real
# truth: degree=0 gradient=0 coupled=true returns=scalar may-be-unknown
import tensorflow as tf


def loss(y_true, y_pred):
    y_pred = tf.reshape(y_pred, [-1])
    logs = tf.nn.log_softmax(y_pred)
    return tf.reduce_logsumexp(sum(item for item in [logs, y_pred]))
