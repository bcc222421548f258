# inputs: y_true=(N,4):real y_pred=(N,4):real
# truth: degree=1 gradient=1 coupled=true returns=scalar
import tensorflow as tf


def loss(y_true, y_pred):
    y_pred = tf.sort(tf.reshape(y_pred, [-1]), axis=0)
    return tf.reduce_sum(y_pred[: tf.shape(y_pred)[0] // 2])
