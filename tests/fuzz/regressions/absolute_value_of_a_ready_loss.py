# inputs: y_true=(N,4):real y_pred=(N,4):positive
# truth: degree=0 gradient=0 coupled=false returns=scalar
import keras
import tensorflow as tf


def loss(y_true, y_pred):
    return tf.abs(keras.losses.Huber()(y_pred, y_true)) + tf.abs(
        tf.reduce_mean(keras.losses.hinge(y_true, y_pred))
    )
