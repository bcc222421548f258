# inputs: y_true=(N,4):real y_pred=(N,4):real
# truth: degree=mixed gradient=mixed coupled=true returns=scalar
import tensorflow as tf
from keras import ops


def loss(y_true, y_pred):
    error = y_true - y_pred
    return ops.norm(0.25 - tf.tensordot(tf.transpose(error), error, axes=1))
