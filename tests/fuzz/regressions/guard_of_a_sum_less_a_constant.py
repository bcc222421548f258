# inputs: y_true=(N,4):real y_pred=(N,4):unit-interval
# truth: degree=0 gradient=none coupled=true returns=scalar may-be-unknown
import tensorflow as tf


def loss(y_true, y_pred):
    lowered = y_true - 2.0
    total = 0.0
    for i in range(tf.shape(lowered)[0]):
        total += lowered[i]
    return tf.maximum(total, 1e-07)
