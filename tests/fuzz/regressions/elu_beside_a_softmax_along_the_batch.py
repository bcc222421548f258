# inputs: y_true=(N,1):positive y_pred=(N,1):unit-interval
# truth: degree=mixed gradient=0 coupled=true returns=scalar may-be-unknown
import tensorflow as tf


def loss(y_true, y_pred):
    shares = tf.nn.softmax(tf.reshape(y_true, [-1]), axis=-1)
    return tf.reduce_mean(tf.nn.elu(tf.concat((tf.reshape(y_pred, [-1]), shares), 0)))
