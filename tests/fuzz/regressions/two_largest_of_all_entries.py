# inputs: y_true=(N,4):real y_pred=(N,4):real
# truth: degree=0 gradient=mixed coupled=true returns=scalar may-be-unknown
import tensorflow as tf


def loss(y_true, y_pred):
    largest, _ = tf.math.top_k(tf.tanh(tf.reshape(y_pred, [-1])), k=2)
    return largest
