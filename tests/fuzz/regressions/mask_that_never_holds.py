# inputs: y_true=(N,4):real y_pred=(N,4):real
# truth: degree=0 gradient=0 coupled=false returns=scalar may-be-unknown
import tensorflow as tf


def loss(y_true, y_pred):
    scores = tf.nn.log_softmax(tf.reshape(y_true - y_pred, [-1]))
    kept = tf.where(scores / tf.cast(tf.size(y_pred), tf.float64) > 0.0, scores, 0.0)
    return tf.reduce_mean(y_pred) + 0.1 * tf.reduce_mean(kept)
