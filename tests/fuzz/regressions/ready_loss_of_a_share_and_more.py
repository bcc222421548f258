# inputs: y_true=(N,4):real y_pred=(N,4):real
# truth: degree=-1 gradient=none coupled=false returns=scalar may-be-unknown
import tensorflow as tf


def loss(y_true, y_pred):
    share = y_pred / len(y_pred)
    error = tf.keras.losses.MeanSquaredError()(share, share + y_true)
    return error / tf.cast(tf.shape(y_pred)[0], tf.float64)
