# inputs: y_true=(N,4):real y_pred=(N,4):real
# truth: degree=0 gradient=0 coupled=true returns=scalar
import tensorflow as tf
from keras import ops


def loss(y_true, y_pred):
    return tf.abs(tf.reduce_mean(ops.cbrt(y_true) + tf.square(y_pred)))
