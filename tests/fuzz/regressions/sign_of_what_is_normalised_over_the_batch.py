# inputs: y_true=(N,5,3):real y_pred=(N,5,3):real
# truth: degree=-1 gradient=none coupled=false returns=per-sample may-be-unknown
import tensorflow as tf
from tensorflow.keras import backend as K


def loss(y_true, y_pred):
    positive = tf.cast(K.l2_normalize(y_pred + y_true) >= 0.0, tf.float64)
    return tf.math.divide_no_nan(positive, tf.cast(tf.shape(y_pred)[0], tf.float64))
