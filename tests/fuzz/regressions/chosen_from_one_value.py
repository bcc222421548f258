# inputs: y_true=(N,1):unit-interval y_pred=(N,1):real
# truth: degree=1 gradient=none coupled=false returns=per-sample
import tensorflow as tf


def loss(y_true, y_pred):
    counted = y_true * tf.cast(tf.size(y_true), y_true.dtype)
    return tf.where(counted >= 0.5, counted, counted)
