# inputs: y_true=(N,4):positive y_pred=(N,4):real
# truth: degree=0 gradient=mixed coupled=true returns=per-sample may-be-unknown
import tensorflow as tf


def loss(y_true, y_pred):
    sizes = tf.abs(y_pred)
    once = tf.matmul(sizes, sizes, transpose_b=True)
    twice = tf.matmul(once, once)
    return tf.math.divide_no_nan(twice, twice + 0.001)
