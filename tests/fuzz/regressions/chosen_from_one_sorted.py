# inputs: y_true=(N,1):real y_pred=(N,1):real
# truth: degree=0 gradient=none coupled=false returns=per-sample may-be-unknown
import tensorflow as tf
from keras import ops


def loss(y_true, y_pred):
    y_true = tf.reshape(y_true, [-1])
    return tf.where(y_true > 0.5, ops.sort(y_true), ops.sort(y_true))
