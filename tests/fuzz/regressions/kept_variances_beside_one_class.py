# inputs: y_true=(N,5,3):real y_pred=(N,5,3):unit-interval
# truth: degree=0 gradient=0 coupled=false returns=per-sample may-be-unknown
import tensorflow as tf
from keras import ops


def loss(y_true, y_pred):
    spread = ops.var(y_true, (-2, 2), keepdims=True)
    total = tf.reduce_sum(spread + y_pred[:, :, 1], axis=list(range(1, 3)))
    return total / len(y_pred)
