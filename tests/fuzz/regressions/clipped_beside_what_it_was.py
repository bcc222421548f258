# inputs: y_true=(N,1):real y_pred=(N,1):unit-interval
# truth: degree=mixed gradient=1 coupled=true returns=scalar may-be-unknown
import tensorflow as tf


def loss(y_true, y_pred):
    y_true = tf.reshape(y_true, [-1])
    y_pred = tf.reshape(y_pred, [-1])
    total = tf.reduce_sum(tf.square(y_pred - y_true), axis=-1)
    twice = tf.reduce_sum([total, total], axis=0)
    return [tf.clip_by_value(twice, -1.0, 1.0), twice]
