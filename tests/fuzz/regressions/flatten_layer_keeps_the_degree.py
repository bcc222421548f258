# inputs: y_true=(N,4):real y_pred=(N,4):real
# truth: degree=-2 gradient=-2 coupled=false returns=scalar
import tensorflow as tf


def loss(y_true, y_pred):
    n = float(len(y_pred))
    return tf.reduce_sum(tf.keras.layers.Flatten()(y_pred / n) / n**2)
