# inputs: y_true=(N,4):real y_pred=(N,4):real
# truth: degree=0 gradient=0 coupled=false returns=per-sample may-be-unknown
import tensorflow as tf


def loss(y_true, y_pred):
    signs = tf.sign(y_true)
    return tf.reduce_mean(tf.boolean_mask(signs, signs > 0.0)) + y_pred
