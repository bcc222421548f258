# inputs: y_true=(N,4):real y_pred=(N,4):real
# truth: degree=mixed gradient=mixed coupled=true returns=scalar may-be-unknown
import tensorflow as tf


def loss(y_true, y_pred):
    return tf.maximum(tf.linalg.norm(y_pred) - 3.0, 0.1)
