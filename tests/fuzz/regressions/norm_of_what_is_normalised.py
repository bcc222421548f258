# inputs: y_true=(N,1):positive y_pred=(N,1):real
# truth: degree=mixed gradient=-1/2 coupled=true returns=per-sample may-be-unknown
import tensorflow as tf


def loss(y_true, y_pred):
    normed = tf.nn.l2_normalize(y_pred, 0)
    return tf.norm(normed) + normed
