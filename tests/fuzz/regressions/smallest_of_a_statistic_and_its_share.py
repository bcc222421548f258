# inputs: y_true=(N,4):real y_pred=(N,4):real
# truth: degree=-1 gradient=none coupled=true returns=scalar may-be-unknown
import tensorflow as tf


def loss(y_true, y_pred):
    deviation = tf.math.reduce_std(y_true)
    return tf.reduce_min(tf.stack([deviation, deviation / tf.cast(tf.shape(y_true)[0], tf.float64)]), axis=0)
