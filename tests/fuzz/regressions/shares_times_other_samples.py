# inputs: y_true=(N,4):positive y_pred=(N,4):positive
# truth: degree=-1 gradient=-1 coupled=false returns=per-sample may-be-unknown
import tensorflow as tf


def loss(y_true, y_pred):
    return tf.matmul(tf.nn.softmax(y_pred, axis=0), tf.transpose(y_pred))
