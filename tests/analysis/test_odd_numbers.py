"""Numbers that no fraction holds."""

from __future__ import annotations

import pytest

from losslint.config import AnalysisSettings
from losslint.engine import check_source
from losslint.source.text import SourceText


@pytest.mark.parametrize("number", ["float('inf')", "1e999", "-1e999", "float('nan')", "1e-320", "10**400"])
def test_infinite_factors_of_a_logarithm_are_no_error(number: str) -> None:
    code = (
        "import tensorflow as tf\n\n"
        "def loss(y_true, y_pred):\n"
        f"    entropy = tf.math.log(tf.reduce_sum(tf.exp(y_pred))) * {number}\n"
        f"    return tf.where(y_true > 0, entropy / {number}, tf.reduce_mean(y_pred ** {number}))\n"
    )
    _, losses = check_source(SourceText("odd.py", code), AnalysisSettings())
    assert [loss.qualname for loss in losses] == ["loss"]


@pytest.mark.parametrize("order", ["float('inf')", "1e999", "10**400", "float('nan')"])
@pytest.mark.parametrize("name", ["BATCH_SIZE", "scale"])
def test_nor_are_orders_and_sizes(order: str, name: str) -> None:
    code = (
        f"import tensorflow as tf\n\n{name} = {order}\n\n"
        "def loss(y_true, y_pred):\n"
        f"    return tf.norm(y_true - y_pred, ord={order}) / {name} + tf.fill([2], {order})\n"
    )
    _, losses = check_source(SourceText("odd.py", code), AnalysisSettings())
    assert [loss.qualname for loss in losses] == ["loss"]
