# inputs: y_true=(N,4):unit-interval y_pred=(N,4):real
# truth: degree=-1/2 gradient=-1/2 coupled=false returns=per-sample may-be-unknown
import tensorflow as tf
from tensorflow.keras import backend as K


def loss(y_true, y_pred):
    y_true = tf.reshape(y_true, [-1])
    y_pred = tf.reshape(y_pred, [-1])
    apart = tf.abs(y_true - y_pred)
    smaller = tf.minimum(apart, apart)
    nothing = tf.square(K.relu(smaller, alpha=0.1) - smaller)
    return apart / tf.sqrt(tf.cast(tf.size(apart), tf.float64)) + 0.1 * nothing
