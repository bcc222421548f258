# inputs: y_true=(N,4):positive y_pred=(N,4):real
# truth: degree=1 gradient=1 coupled=true returns=per-sample may-be-unknown
import tensorflow as tf


def loss(y_true, y_pred):
    first = tf.reshape(y_true, [-1, 4])[:, 0:1]
    column = tf.keras.layers.Flatten()(first)
    vector = tf.squeeze(first, [-1]) + tf.reshape(y_pred, [-1, 4])[:, 0]
    return tf.reduce_sum(column * vector, 0)
