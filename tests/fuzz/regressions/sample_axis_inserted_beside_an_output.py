# inputs: y_true=(N,4):real y_pred=(N,4):real
# truth: degree=1 gradient=1 coupled=true returns=scalar
import tensorflow as tf


def loss(y_true, y_pred):
    error = tf.expand_dims(y_true - y_pred, axis=1)
    return tf.nn.compute_average_loss(tf.minimum(error, y_pred))
