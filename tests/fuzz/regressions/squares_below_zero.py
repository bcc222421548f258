# inputs: y_true=(N,4):unit-interval y_pred=(N,4):real
# truth: degree=0 gradient=0 coupled=false returns=per-sample may-be-unknown
import tensorflow as tf


def loss(y_true, y_pred):
    never = tf.cast(tf.square(y_pred) < 0.0, tf.float64)
    return never / len(never) + y_pred
