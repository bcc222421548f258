# inputs: y_true=(N,4):real y_pred=(N,4):positive
# truth: degree=mixed gradient=mixed coupled=true returns=scalar may-be-unknown
import tensorflow as tf


def loss(y_true, y_pred):
    mean = tf.reduce_sum(tf.reduce_mean(y_pred, 0))
    share = mean / tf.cast(tf.shape(y_pred)[0], y_pred.dtype)
    return share + tf.clip_by_value(mean, 1e-7, 1.0)
