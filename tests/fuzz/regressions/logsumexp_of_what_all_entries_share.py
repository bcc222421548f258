# inputs: y_true=(N,4):real y_pred=(N,4):real
# truth: degree=mixed gradient=0 coupled=true returns=scalar may-be-unknown
import tensorflow as tf


def loss(y_true, y_pred):
    return tf.reduce_logsumexp(y_pred - tf.norm(tf.sign(y_pred)))
