# inputs: y_true=(N,4):real y_pred=(N,4):unit-interval
# truth: degree=0 gradient=0 coupled=true returns=scalar
from keras import ops


def loss(y_true, y_pred):
    return ops.ptp(ops.log_softmax(y_pred, axis=0))
