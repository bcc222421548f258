# inputs: y_true=(N,4):positive y_pred=(N,4):positive
# truth: degree=-1 gradient=-1 coupled=true returns=scalar
from keras import ops


def loss(y_true, y_pred):
    return ops.norm(ops.reshape(y_pred, (-1,)), ord=-1)
