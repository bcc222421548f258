# inputs: y_true=(N,5,3):real y_pred=(N,5,3):real
# truth: degree=0 gradient=none coupled=false returns=per-sample may-be-unknown
import tensorflow as tf


def loss(y_true, y_pred):
    rolled = tf.roll(y_true, shift=1, axis=0)
    return (rolled - y_true) / len(rolled) + rolled
