# inputs: y_true=(N,1):real y_pred=(N,1):real
# truth: degree=-1 gradient=-1 coupled=false returns=per-sample may-be-unknown
import tensorflow as tf


def loss(y_true, y_pred):
    vector = tf.reshape(y_pred, [-1])
    own = tf.linalg.diag_part(tf.abs(vector[:, None] - vector))
    return own + vector / tf.cast(tf.shape(y_pred)[0], y_pred.dtype)
