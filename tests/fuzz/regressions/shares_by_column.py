# inputs: y_true=(N,4):positive y_pred=(N,4):real
# truth: degree=-2 gradient=-2 coupled=false returns=per-sample may-be-unknown
import tensorflow as tf


def loss(y_true, y_pred):
    shares = tf.unstack(tf.nn.softmax(y_pred, axis=0), axis=-1)[-1]
    return tf.reduce_sum(y_pred, -1) / y_pred.shape[0] ** 2 + shares / shares.shape[0]
