# inputs: y_true=(N,4):positive y_pred=(N,4):unit-interval
# truth: degree=0 gradient=0 coupled=false returns=scalar
import tensorflow as tf
from keras import ops


def loss(y_true, y_pred):
    return ops.mean(tf.math.maximum(tf.transpose(y_pred), ops.norm(y_pred, axis=-1)), axis=-1)
