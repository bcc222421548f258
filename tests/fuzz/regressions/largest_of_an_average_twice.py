# inputs: y_true=(N,5,3):real y_pred=(N,5,3):positive
# truth: degree=0 gradient=none coupled=false returns=scalar may-be-unknown
import tensorflow as tf


def loss(y_true, y_pred):
    average = tf.nn.compute_average_loss(y_true)
    return tf.math.top_k([average, average])[0]
