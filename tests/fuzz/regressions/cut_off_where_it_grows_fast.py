# inputs: y_true=(N,4):real y_pred=(N,4):positive
# truth: degree=0 gradient=none coupled=false returns=per-sample may-be-unknown
import tensorflow as tf


def loss(y_true, y_pred):
    y_pred = tf.reshape(y_pred, [-1])
    steep = tf.norm(y_pred) * tf.cast(tf.shape(y_pred)[0], tf.float64)
    return tf.clip_by_value(steep, 1e-07, 1.0) + y_true
