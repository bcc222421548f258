# inputs: y_true=(N,4):real y_pred=(N,4):positive
# truth: degree=0 gradient=0 coupled=false returns=scalar may-be-unknown
import tensorflow as tf

KERNEL = tf.Variable(tf.ones((4, 3), tf.float64))


def loss(y_true, y_pred):
    mean = tf.reduce_mean(tf.norm(y_pred, axis=1))
    return 2.0 * mean + tf.sign(mean + 0.01 * tf.reduce_sum(tf.square(KERNEL)))
