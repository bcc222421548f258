# inputs: y_true=(N,1):real y_pred=(N,1):real
# truth: degree=0 gradient=none coupled=false returns=per-sample may-be-unknown
import tensorflow as tf


def loss(y_true, y_pred):
    sizes = tf.abs(y_pred)
    return tf.reduce_sum(tf.boolean_mask(sizes, tf.less(sizes, y_pred))) + y_true
