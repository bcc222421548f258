# inputs: y_true=(N,4):real y_pred=(N,4):positive
# truth: degree=mixed gradient=mixed coupled=true returns=per-sample may-be-unknown
import tensorflow as tf


def loss(y_true, y_pred):
    shares = tf.nn.log_softmax(y_pred, axis=0)
    return (tf.cumsum(shares, axis=-1) - shares) ** 2
