# inputs: y_true=(N,1):real y_pred=(N,1):unit-interval
# truth: degree=1 gradient=0 coupled=false returns=per-sample may-be-unknown
import tensorflow as tf


def loss(y_true, y_pred):
    inverse = tf.math.divide_no_nan(tf.cast(tf.shape(y_pred)[0], y_pred.dtype), y_pred)
    return (inverse - 0.25) * y_pred
