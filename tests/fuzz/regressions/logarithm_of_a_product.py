# inputs: y_true=(N,1):real y_pred=(N,1):unit-interval
# truth: degree=0 gradient=0 coupled=false returns=scalar
import tensorflow as tf


def loss(y_true, y_pred):
    likelihood = tf.reduce_prod(tf.reshape(y_pred, [-1]))
    return -tf.math.log(likelihood) / tf.cast(tf.shape(y_pred)[0], tf.float64)
