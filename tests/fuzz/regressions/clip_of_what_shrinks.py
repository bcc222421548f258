# inputs: y_true=(N,4):positive y_pred=(N,4):positive
# truth: degree=-1 gradient=-1 coupled=false returns=per-sample
import tensorflow as tf


def loss(y_true, y_pred):
    share = y_pred / tf.cast(tf.shape(y_pred)[0], tf.float64)
    return tf.clip_by_value(share, -100.0, 100.0)
