# inputs: y_true=(N,4):real y_pred=(N,4):real
# truth: degree=0 gradient=none coupled=false returns=per-sample may-be-unknown
import tensorflow as tf


def loss(y_true, y_pred):
    waves = 0.25 * tf.sin(y_true)
    return tf.boolean_mask(waves, waves < 0.5)
