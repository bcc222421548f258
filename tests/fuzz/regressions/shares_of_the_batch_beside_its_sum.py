# inputs: y_true=(N,5,3):positive y_pred=(N,5,3):real
# truth: degree=0 gradient=0 coupled=false returns=per-sample may-be-unknown
import tensorflow as tf


def loss(y_true, y_pred):
    y_pred = tf.reshape(y_pred, [-1, 5, 3])
    sums = tf.reduce_sum(y_pred, axis=0, keepdims=True)
    return tf.einsum("ijk,ljk->lik", tf.nn.softmax(y_pred, axis=0), sums)
