# inputs: y_true=(N,5,3):positive y_pred=(N,5,3):real
# truth: degree=mixed gradient=0 coupled=false returns=per-sample may-be-unknown
import tensorflow as tf
from keras import ops


def loss(y_true, y_pred):
    y_pred = tf.reshape(y_pred, [-1, 5, 3])
    lines = ops.hard_sigmoid(tf.nn.softmax(y_pred))
    return tf.reduce_sum(lines, 0, keepdims=True) + y_pred
