# inputs: y_true=(N,1):real y_pred=(N,1):unit-interval
# truth: degree=0 gradient=0 coupled=false returns=per-sample may-be-unknown
import tensorflow as tf


def loss(y_true, y_pred):
    unit = tf.math.l2_normalize(y_pred)
    return tf.concat([y_pred - unit, unit], axis=0)
