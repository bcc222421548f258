# inputs: y_true=(N,4):real y_pred=(N,4):real
# truth: degree=0 gradient=0 coupled=true returns=per-sample may-be-unknown
import tensorflow as tf
from keras import ops


def loss(y_true, y_pred):
    least = tf.minimum(tf.expand_dims(y_pred, axis=1), y_pred)
    return ops.concatenate([least, least], axis=-3)
