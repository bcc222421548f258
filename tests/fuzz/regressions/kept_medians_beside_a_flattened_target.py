# inputs: y_true=(N,5,3):real y_pred=(N,5,3):real
# truth: degree=1 gradient=1 coupled=true returns=per-sample may-be-unknown
import tensorflow as tf
from keras import ops


def loss(y_true, y_pred):
    flat = tf.reshape(y_true, [tf.shape(y_true)[0], -1])
    middle = ops.median(y_pred, list(range(1, 3)), keepdims=True)
    return tf.reduce_sum(tf.maximum(middle, flat), axis=(-2, -1))
