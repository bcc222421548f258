# inputs: y_true=(N,4):real y_pred=(N,4):real
# truth: degree=mixed gradient=mixed coupled=false returns=scalar
import keras
import tensorflow as tf


def loss(y_true, y_pred):
    y_pred = tf.reshape(y_pred, [-1, 4])
    n = tf.cast(tf.shape(y_pred)[0], y_pred.dtype)
    return tf.reduce_mean(keras.losses.huber(y_pred, y_pred / n))
