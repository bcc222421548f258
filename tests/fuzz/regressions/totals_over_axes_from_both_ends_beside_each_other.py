# inputs: y_true=(N,5,3):real y_pred=(N,5,3):real
# truth: degree=0 gradient=0 coupled=true returns=per-sample
import tensorflow as tf


def loss(y_true, y_pred):
    total = tf.math.reduce_sum(y_pred, axis=(1, -1))
    return total[:, None] * total
