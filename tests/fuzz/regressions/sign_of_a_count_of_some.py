# inputs: y_true=(N,4):real y_pred=(N,4):real
# truth: degree=0 gradient=0 coupled=false returns=per-sample may-be-unknown
import tensorflow as tf


def loss(y_true, y_pred):
    count = tf.cast(tf.size(tf.boolean_mask(y_true, y_true > 0.0)), tf.float64) + 1e-06
    return tf.sign(count) * y_pred
