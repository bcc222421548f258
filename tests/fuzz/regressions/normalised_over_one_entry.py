# inputs: y_true=(N,4):real y_pred=(N,4):real
# truth: degree=mixed gradient=-1 coupled=false returns=per-sample
import tensorflow as tf
from keras import ops


def loss(y_true, y_pred):
    column = tf.reshape(y_pred, [-1])[:, tf.newaxis]
    return column / tf.cast(tf.shape(column)[0], tf.float64) + 1.5 * ops.normalize(column, -1)
