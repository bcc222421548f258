# inputs: y_true=(N,4):positive y_pred=(N,4):real
# truth: degree=1 gradient=1 coupled=false returns=scalar may-be-unknown
import tensorflow as tf


def loss(y_true, y_pred):
    squares = tf.einsum("ijk,ik->jk", tf.expand_dims(y_pred, -2), y_pred)
    return tf.nn.relu(squares[..., 3])
