# inputs: y_true=(N,5,3):real y_pred=(N,5,3):real
# truth: degree=0 gradient=0 coupled=false returns=scalar may-be-unknown
import tensorflow as tf
from keras import ops


def loss(y_true, y_pred):
    mean = tf.reduce_mean(y_pred)
    return ops.logsumexp((mean, mean))
