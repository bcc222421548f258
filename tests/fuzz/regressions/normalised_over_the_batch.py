# inputs: y_true=(N,4):real y_pred=(N,4):real
# truth: degree=1/2 gradient=1/2 coupled=true returns=scalar
import tensorflow as tf


def loss(y_true, y_pred):
    y_pred = tf.reshape(y_pred, [-1, 4])
    similar = tf.einsum("ij,kj->i", y_pred, y_pred)
    return tf.reduce_sum(tf.nn.l2_normalize(similar, axis=0))
