# inputs: y_true=(N,4):real y_pred=(N,4):real
# truth: degree=mixed gradient=1/2 coupled=true returns=per-sample may-be-unknown
import tensorflow as tf


def loss(y_true, y_pred):
    return tf.keras.losses.cosine_similarity(y_pred, y_pred) + tf.math.reduce_euclidean_norm(y_pred)
