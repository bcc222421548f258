# inputs: y_true=(N,4):real y_pred=(N,4):real
# truth: degree=1 gradient=1 coupled=false returns=scalar may-be-unknown
import tensorflow as tf
from tensorflow.keras import backend as K


def loss(y_true, y_pred):
    return K.relu(K.sum(-tf.abs(y_true - y_pred)), alpha=0.1)
