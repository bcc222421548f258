"""What is remembered of calls changes nothing but the time: with and without, the same is found."""

from __future__ import annotations

from pathlib import Path

import pytest

from losslint.analysis.summaries import Summaries
from losslint.config import AnalysisSettings
from losslint.engine import check_source
from losslint.source.text import SourceText, decode_source

FIXTURES = Path(__file__).parents[2] / "fixtures"
FILES = sorted(path for path in FIXTURES.rglob("*.py") if "syntax" not in path.name)


def found(source: SourceText) -> object:
    return check_source(source, AnalysisSettings())


def both_ways(source: SourceText, monkeypatch: pytest.MonkeyPatch) -> object:
    """What is found, having made sure that it is found without a memory too."""
    remembering = found(source)
    with monkeypatch.context() as forgetful:
        forgetful.setattr(Summaries, "key", lambda *_: None)
        assert found(source) == remembering
    return remembering


@pytest.mark.parametrize("folder", sorted({path.parent.relative_to(FIXTURES).as_posix() for path in FILES}))
def test_every_fixture_is_judged_alike(folder: str, monkeypatch: pytest.MonkeyPatch) -> None:
    for path in FILES:
        if path.parent == FIXTURES / folder:
            both_ways(decode_source(path.read_bytes(), path=str(path)), monkeypatch)


STATES = {
    "an object that changes between two calls": """
import tensorflow as tf

class Scale:
    def __init__(self):
        self.divisor = 1.0

scale = Scale()

def divisor():
    return scale.divisor

def my_loss(y_true, y_pred):
    first = divisor()
    scale.divisor = tf.cast(tf.shape(y_pred)[0], tf.float32)
    return tf.reduce_sum(tf.square(y_true - y_pred)) / divisor() + 0.0 * first
""",
    "a name around a function that changes between two calls": """
import tensorflow as tf

def my_loss(y_true, y_pred):
    axis = 0
    total = lambda: axis
    first = total()
    axis = 1
    return tf.reduce_sum(tf.square(y_true - y_pred), axis=total()) + 0.0 * first
""",
    "a function that changes an object": """
import tensorflow as tf

class State:
    axis = 0

def last(state):
    state.axis = -1
    return None

def my_loss(y_true, y_pred):
    state = State()
    last(state)
    state.axis = 0
    last(state)
    return tf.reduce_mean(tf.square(y_true - y_pred), axis=state.axis)
""",
    "an object that every call makes anew": """
import tensorflow as tf

class State:
    def __init__(self):
        self.axis = None

def fresh():
    return State()

def my_loss(y_true, y_pred):
    one, other = fresh(), fresh()
    one.axis = 0
    other.axis = -1
    return tf.reduce_mean(tf.square(y_true - y_pred), axis=other.axis)
""",
    "numbers that are drawn anew": """
import tensorflow as tf

def noise():
    return tf.random.normal(())

def my_loss(y_true, y_pred):
    return tf.reduce_mean(y_pred + noise()) - tf.reduce_mean(y_pred + noise())
""",
    "a recursion that a guard ends": """
import tensorflow as tf

def deep(n):
    return n if n <= 0 else deep(n - 1)

def my_loss(y_true, y_pred):
    deep(9)
    return tf.reduce_mean(tf.square(y_true - y_pred), axis=deep(0) - 1)
""",
}
"""Programs in which the same call does not give the same, or does more than to give it."""


@pytest.mark.parametrize("what", STATES)
def test_what_can_change_is_not_remembered(what: str, monkeypatch: pytest.MonkeyPatch) -> None:
    _, losses = both_ways(SourceText("program.py", STATES[what]), monkeypatch)  # type: ignore[misc]
    assert [loss.qualname for loss in losses] == ["my_loss"]


def test_calls_are_remembered() -> None:
    """A helper that is called with the same again is not run again."""
    source = SourceText(
        "program.py",
        "import tensorflow as tf\n\n"
        "def axes(first, last):\n    return list(range(first, last))\n\n"
        "def my_loss(y_true, y_pred):\n"
        + "    y_pred = tf.expand_dims(tf.reduce_mean(y_pred, axis=axes(1, 2)), -1)\n" * 5
        + "    return tf.reduce_mean(tf.square(y_true - y_pred))\n",
    )
    kept: list[object] = []
    hits: list[object] = []
    known = Summaries.known

    def counted(self: Summaries, key: object) -> object:
        summary = known(self, key)  # type: ignore[arg-type]
        (hits if summary is not None else kept).append(key)
        return summary

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(Summaries, "known", counted)
        found(source)
    assert (len(kept), len(hits)) == (1, 4)
