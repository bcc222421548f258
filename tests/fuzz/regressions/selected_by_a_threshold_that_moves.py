# inputs: y_true=(N,4):real y_pred=(N,4):real
# truth: degree=mixed gradient=mixed coupled=false returns=scalar
import tensorflow as tf


def loss(y_true, y_pred):
    y_pred = tf.reshape(y_pred, [-1])
    shares = y_pred / tf.cast(tf.shape(y_pred)[0], tf.float64)
    return tf.reduce_sum(tf.boolean_mask(shares, shares < 0.05))
