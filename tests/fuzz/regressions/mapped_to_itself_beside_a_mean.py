# inputs: y_true=(N,1):real y_pred=(N,1):real
# truth: degree=mixed gradient=0 coupled=false returns=scalar may-be-unknown
import tensorflow as tf


def loss(y_true, y_pred):
    y_true = tf.reshape(y_true, [-1])
    y_pred = tf.reshape(y_pred, [-1])
    mean = tf.nn.compute_average_loss(y_true - y_pred)
    same = tf.map_fn(lambda row: row, y_pred + mean)
    return tf.reduce_sum(same) + mean
