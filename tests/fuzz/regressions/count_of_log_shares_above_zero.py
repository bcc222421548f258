# inputs: y_true=(N,4):unit-interval y_pred=(N,4):real
# truth: degree=0 gradient=0 coupled=false returns=per-sample may-be-unknown
import tensorflow as tf


def loss(y_true, y_pred):
    logs = tf.nn.log_softmax(tf.reshape(y_pred, [-1]))
    none = tf.cast(tf.math.count_nonzero(logs > 0.0), tf.float64)
    return tf.square(none - y_pred)
