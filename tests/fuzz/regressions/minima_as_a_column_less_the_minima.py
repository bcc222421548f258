# inputs: y_true=(N,4):real y_pred=(N,4):real
# truth: degree=1 gradient=none coupled=true returns=per-sample may-be-unknown
import tensorflow as tf
from tensorflow.keras import backend as K


def loss(y_true, y_pred):
    least = K.min(y_true, axis=range(1, 2))
    return K.sum(tf.abs(tf.reshape(least, (-1, 1)) - least), axis=0)
