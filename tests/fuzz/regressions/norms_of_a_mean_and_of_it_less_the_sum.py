# inputs: y_true=(N,4):real y_pred=(N,4):real
# truth: degree=1 gradient=1 coupled=true returns=scalar may-be-unknown
import tensorflow as tf


def loss(y_true, y_pred):
    total = tf.einsum("ij,ij->j", y_pred, y_true)
    mean = total / tf.cast(tf.shape(y_pred)[0], tf.float64)
    return tf.norm(mean - total) + tf.norm(mean)
