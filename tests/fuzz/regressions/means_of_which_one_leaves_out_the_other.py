# inputs: y_true=(N,1):real y_pred=(N,1):real
# truth: degree=mixed gradient=-1 coupled=true returns=scalar may-be-unknown
import tensorflow as tf


def loss(y_true, y_pred):
    apart = y_true - y_pred
    means = [tf.reduce_mean(item) for item in [y_pred, apart]]
    scaled = tf.math.divide_no_nan(apart, len(y_pred))
    return (tf.reduce_max(scaled) - tf.reduce_min(scaled)) + means
