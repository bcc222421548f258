# inputs: y_true=(N,5,3):real y_pred=(N,5,3):real
# truth: degree=0 gradient=0 coupled=true returns=per-sample may-be-unknown
import tensorflow as tf


def loss(y_true, y_pred):
    means = tf.reduce_mean(y_pred, (1, 2))
    products = tf.einsum("i,j->ij", means, means)
    turned = tf.transpose(products, [1, 0])
    count = tf.cast(tf.reduce_prod(tf.shape(means)), tf.float64)
    return (products - turned) / count + turned
