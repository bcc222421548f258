# inputs: y_true=(N,4):positive y_pred=(N,4):real
# truth: degree=-1/2 gradient=-1/2 coupled=true returns=scalar
import tensorflow as tf


def loss(y_true, y_pred):
    y_pred = tf.nn.l2_normalize(tf.reshape(y_pred, [-1, 4]))
    return tf.keras.losses.MeanAbsoluteError()(y_pred / y_true, y_pred)
