# inputs: y_true=(N,4):real y_pred=(N,4):real
# truth: degree=-1 gradient=none coupled=true returns=scalar
import tensorflow as tf


def loss(y_true, y_pred):
    return 1.0 / tf.reduce_sum(tf.cast(y_pred > -9.0 * y_true, tf.float64))
