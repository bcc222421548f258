# inputs: y_true=(N,4):real y_pred=(N,4):real
# truth: degree=mixed gradient=mixed coupled=true returns=per-sample
import tensorflow as tf


def loss(y_true, y_pred):
    y_pred = tf.reshape(y_pred, [-1])
    scores = y_pred / tf.cast(tf.shape(y_pred)[0], tf.float64)
    return tf.nn.log_softmax(scores, axis=0) * y_pred
