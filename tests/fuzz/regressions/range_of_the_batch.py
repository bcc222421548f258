# inputs: y_true=(N,4):real y_pred=(N,4):real
# truth: degree=1 gradient=1 coupled=true returns=scalar
from keras import ops


def loss(y_true, y_pred):
    return ops.ptp(y_pred * ops.shape(y_pred)[0])
