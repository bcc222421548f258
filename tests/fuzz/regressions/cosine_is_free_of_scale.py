# inputs: y_true=(N,4):real y_pred=(N,4):real
# truth: degree=0 gradient=0 coupled=false returns=per-sample
import keras
import tensorflow as tf


def loss(y_true, y_pred):
    y_pred = tf.reshape(y_pred, [-1, 4])
    return keras.losses.cosine_similarity(y_true, y_pred / tf.cast(tf.shape(y_pred)[0], tf.float64))
