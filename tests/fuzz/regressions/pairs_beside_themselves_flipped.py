# inputs: y_true=(N,1):real y_pred=(N,1):real
# truth: degree=mixed gradient=mixed coupled=true returns=per-sample may-be-unknown
import tensorflow as tf


def loss(y_true, y_pred):
    pairs = tf.nn.relu(y_pred[:, None] - y_pred)
    flipped = tf.reverse(pairs, axis=[0])
    return flipped / tf.cast(tf.reduce_prod(tf.shape(pairs)), tf.float64) + pairs
