# inputs: y_true=(N,4):real y_pred=(N,4):real
# truth: degree=0 gradient=none coupled=true returns=per-sample
import tensorflow as tf


def loss(y_true, y_pred):
    rows = tf.squeeze(tf.expand_dims(y_true, 0), -3)
    return tf.math.squared_difference(rows[:, None, :], rows)
