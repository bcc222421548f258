# inputs: y_true=(N,4):positive y_pred=(N,4):positive
# truth: degree=1 gradient=1 coupled=false returns=per-sample
import tensorflow as tf


def loss(y_true, y_pred):
    y_pred = tf.reshape(y_pred, [tf.shape(y_pred)[0], 4])
    return tf.reduce_sum(y_pred[:, None, :] + y_pred, axis=0)
