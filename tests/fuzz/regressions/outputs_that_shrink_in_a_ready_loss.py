# inputs: y_true=(N,4):unit-interval y_pred=(N,4):real
# truth: degree=mixed gradient=-1 coupled=false returns=per-sample may-be-unknown
import tensorflow as tf


def loss(y_true, y_pred):
    shares = y_true / tf.cast(tf.shape(y_true)[0], y_true.dtype)
    return tf.nn.sigmoid_cross_entropy_with_logits(labels=y_pred, logits=shares)
