"""Words by which the parameters of a loss are known: here, because a file is asked for them before it is parsed."""

from __future__ import annotations


def words(text: str) -> frozenset[str]:
    """The words of a text."""
    return frozenset(text.split())


TARGETS = words(
    """
    actual ground_truth groundtruth gt gts label labels onehot_labels real_y target targets true y y_t
    y_true yt ytrue
    """
)
"""What a loss compares with."""

OUTPUTS = words(
    """
    logit logits output outputs pr pred predicted prediction predictions preds probs scores y_hat y_p
    y_pred yhat yp ypred
    """
)
"""What a model put out."""
