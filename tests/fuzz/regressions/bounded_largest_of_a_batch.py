# inputs: y_true=(N,1):real y_pred=(N,1):real
# truth: degree=0 gradient=mixed coupled=true returns=scalar may-be-unknown
import tensorflow as tf


def loss(y_true, y_pred):
    largest = tf.math.top_k(tf.reshape(y_pred, [-1]), k=2)[0]
    return tf.clip_by_value(largest, -2.0, 0.5)
