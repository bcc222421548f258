"""A constant that the analysis claims to know is the number that TensorFlow computes, in every entry."""

from __future__ import annotations

import pytest

from losslint.analysis.interpreter import Interpreter
from losslint.analysis.scope import Scope
from losslint.analysis.values import Tensor
from losslint.config import AnalysisSettings
from losslint.engine import check_source
from losslint.source.text import SourceText

THREE, SQUARE = "tf.ones((3,))", "tf.ones((3, 3))"
IMAGE = "tf.ones((1, 4, 4, 1))"
EXPRESSIONS = [
    f"-{THREE}",
    f"{THREE} // 2.0",
    f"{THREE} * 5.0 % 3.0",
    f"1.0 / (2.0 * {THREE})",
    f"tf.sqrt(4.0 * {THREE})",
    f"tf.pow(2.0 * {THREE}, 3.0)",
    f"tf.round(0.4 * {THREE})",
    f"tf.floor(0.5 * {THREE})",
    f"tf.sign(-2.0 * {THREE})",
    f"tf.maximum({THREE}, 2.0)",
    f"tf.minimum({THREE}, 0.5)",
    f"tf.clip_by_value({THREE}, 2.0, 3.0)",
    f"tf.nn.relu(-1.0 * {THREE})",
    f"tf.nn.softmax({THREE})",
    f"tf.cast({THREE} > 0.0, tf.float32)",
    f"tf.exp(0.0 * {THREE})",
    f"tf.add_n([{THREE}, {THREE}])",
    f"tf.reduce_sum({THREE})",
    "tf.reduce_sum(tf.zeros((3,)))",
    "tf.reduce_prod(tf.zeros((0,)))",
    "tf.reduce_logsumexp(tf.zeros((3,)))",
    f"tf.reduce_mean({THREE})",
    f"tf.norm({THREE})",
    f"tf.cumsum({THREE})",
    "tf.math.cumprod(tf.zeros((3,)), exclusive=True)",
    f"tf.matmul({SQUARE}, {SQUARE})",
    f"tf.linalg.trace({SQUARE})",
    f"tf.linalg.diag({THREE})",
    "tf.linalg.diag(tf.zeros((3,)))",
    f"tf.linalg.band_part({SQUARE}, -1, 0)",
    f"tf.linalg.set_diag({SQUARE}, tf.zeros((3,)))",
    f"{SQUARE} - tf.linalg.diag({THREE})",
    f"tf.pad({THREE}, [[1, 1]])",
    "tf.pad(tf.zeros((3,)), [[1, 1]], constant_values=1.0)",
    f"tf.concat([{THREE}, tf.zeros((2,))], 0)",
    "tf.stack([1.0, 0.0])",
    "tf.constant([1.0, 0.0])",
    "tf.where([True, False], 1.0, 0.0)",
    "tf.one_hot(1, 4)",
    "tf.eye(3)",
    "tf.linspace(0.0, 1.0, 3)",
    f"tf.tensor_scatter_nd_update({THREE}, [[0]], [0.0])",
    f"tf.reverse({THREE}, [0])",
    f"tf.tile({THREE}, [2])",
    f"tf.image.resize({IMAGE}, (2, 2))",
    f"tf.nn.conv2d({IMAGE}, tf.ones((2, 2, 1, 1)), 1, 'VALID')",
    f"tf.nn.dropout({THREE}, 0.5, seed=1)",
    "tf.math.divide_no_nan(tf.ones((3,)), tf.zeros((3,)))",
    "tf.zeros((3,)) / 2.0",
    f"keras.ops.deg2rad({THREE})",
]


def inferred(expression: str, monkeypatch: pytest.MonkeyPatch) -> object:
    """The value of an expression in a loss."""
    seen: dict[str, object] = {}

    def note(self: Interpreter, scope: Scope, target: object, name: str, value: object) -> None:
        seen[name] = value

    monkeypatch.setattr(Interpreter, "note", note)
    lines = [
        "import keras",
        "import tensorflow as tf",
        "def my_loss(y_true, y_pred):",
        f"    seen = {expression}",
    ]
    check_source(SourceText("numbers.py", "\n".join([*lines, "    return seen\n"])), AnalysisSettings())
    return seen["seen"]


@pytest.mark.tensorflow
@pytest.mark.parametrize("expression", EXPRESSIONS)
def test_known_numbers_are_those_that_are_computed(expression: str, monkeypatch: pytest.MonkeyPatch) -> None:
    value = inferred(expression, monkeypatch)
    if not isinstance(value, Tensor) or value.number is None:
        return
    import keras
    import numpy as np
    import tensorflow as tf

    computed = np.asarray(eval(expression, {"tf": tf, "keras": keras}))
    assert np.allclose(computed, value.number)


def test_some_numbers_are_known(monkeypatch: pytest.MonkeyPatch) -> None:
    known = [
        expression
        for expression in EXPRESSIONS
        if getattr(inferred(expression, monkeypatch), "number", None) is not None
    ]
    assert len(known) >= 10
