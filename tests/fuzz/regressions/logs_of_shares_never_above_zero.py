# inputs: y_true=(N,1):real y_pred=(N,1):real
# truth: degree=0 gradient=0 coupled=false returns=per-sample may-be-unknown
import tensorflow as tf


def loss(y_true, y_pred):
    y_pred = tf.reshape(y_pred, [-1])
    return tf.maximum(0.0, tf.nn.log_softmax(y_pred)) + y_pred
