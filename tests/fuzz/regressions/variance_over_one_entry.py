# inputs: y_true=(N,4):real y_pred=(N,4):real
# truth: degree=1 gradient=1 coupled=false returns=scalar
import tensorflow as tf


def loss(y_true, y_pred):
    smallest = tf.reduce_min(tf.nn.softplus(tf.reshape(y_pred, [-1])), keepdims=True)
    return tf.reduce_sum(tf.math.reduce_variance(smallest, axis=[0])) + 2.0 * tf.reduce_sum(
        tf.nn.relu(y_pred)
    )
