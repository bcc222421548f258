# inputs: y_true=(N,5,3):positive y_pred=(N,5,3):unit-interval
# truth: degree=0 gradient=0 coupled=true returns=per-sample may-be-unknown
import tensorflow as tf


def loss(y_true, y_pred):
    v1 = tf.linalg.norm(tf.math.reduce_std(y_pred, 1, keepdims=True), axis=2)
    return (v1 - tf.math.reduce_std(y_pred, 1, keepdims=True)) ** 2
