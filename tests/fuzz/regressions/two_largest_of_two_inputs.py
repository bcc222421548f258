# inputs: y_true=(N,1):real y_pred=(N,1):unit-interval
# truth: degree=0 gradient=mixed coupled=true returns=scalar may-be-unknown
import tensorflow as tf


def loss(y_true, y_pred):
    both = tf.concat([tf.reshape(y_true, [-1]), tf.reshape(y_pred, [-1])], 0)
    return tf.math.top_k(both, k=2)[0]
