# inputs: y_true=(N,4):real y_pred=(N,4):real
# truth: degree=2 gradient=none coupled=true returns=scalar may-be-unknown
import tensorflow as tf


def loss(y_true, y_pred):
    products = tf.matmul(y_pred, y_pred, transpose_b=True)
    return tf.size(tf.boolean_mask(products, products > 0.0))
