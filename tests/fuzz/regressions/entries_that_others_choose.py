# inputs: y_true=(N,5,3):unit-interval y_pred=(N,5,3):real
# truth: degree=1 gradient=none coupled=true returns=scalar may-be-unknown
import tensorflow as tf


def loss(y_true, y_pred):
    v3 = y_pred + tf.roll(y_pred, 1, 0)
    return tf.size(tf.boolean_mask(v3, v3 > 0.0))
