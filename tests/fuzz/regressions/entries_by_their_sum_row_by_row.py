# inputs: y_true=(N,1):real y_pred=(N,1):positive
# truth: degree=mixed gradient=1 coupled=false returns=per-sample may-be-unknown


def loss(y_true, y_pred):
    total = 0.0
    for row in y_pred:
        total += row
    return y_pred / total + total
