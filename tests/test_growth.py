"""What an analysis costs grows with its file, and not with the square of it.

Counted are calls of Python functions, so that the answer is the same on every machine. Each shape of program is
analysed at two sizes; twice the program may take little more than twice the calls.
"""

from __future__ import annotations

import sys
from collections.abc import Callable
from types import FrameType
from typing import Any

import pytest

from losslint.analysis.scope import Names
from losslint.analysis.values import MAX_HISTORY, Const, Tensor
from losslint.config import AnalysisSettings
from losslint.engine import Examined, check_source, examine_source
from losslint.source.comments import Mark, Pragmas
from losslint.source.text import SourceText

HEADER = "import tensorflow as tf\n\nSCALE = 0.5\n\n\n"
SMALL, LARGE = 60, 120
MARGIN = 1.15
"""What is allowed above twice: the last steps of a small program are a larger part of it."""


def each(text: str) -> Callable[[int], str]:
    """``text`` once for every number, which it may name."""
    return lambda size: "".join(text.format(k=k) for k in range(size))


def within(start: str, text: str, end: str) -> Callable[[int], str]:
    return lambda size: start + each(text)(size) + end


LOSS = "def loss(y_true, y_pred, a=None):\n    x = tf.abs(y_true - y_pred)\n"
RETURN = "    return tf.reduce_sum(x)\n"
SHAPES = {
    "losses": each(
        "def loss_{k}(y_true, y_pred):\n    return SCALE * tf.reduce_sum(tf.square(y_true - y_pred))\n\n\n"
    ),
    "losses by lambda": each("loss_{k} = lambda y_true, y_pred: tf.reduce_sum(y_true - y_pred)\n"),
    "loss classes": each(
        "class L{k}(tf.keras.losses.Loss):\n"
        "    def call(self, y_true, y_pred):\n"
        "        return tf.reduce_sum(other.call(y_true - y_pred))\n\n\n"
    ),
    "losses with comments": each(
        "def f_{k}(a, b):  # losslint: loss\n    return tf.reduce_sum(a)  # losslint: ignore[LL101] on purpose\n\n\n"
    ),
    "losses that call one": within(
        "def total_loss(x):\n    return tf.reduce_sum(x)\n\n\n",
        "def loss_{k}(y_true, y_pred):\n    return total_loss(y_true - y_pred)\n\n\n",
        "",
    ),
    "functions that are none": each(
        "def step_{k}(x):\n    return model.fit(x, optimizer.gradients_of(x))\n\n\n"
    ),
    "terms": within(LOSS, "    x = x + tf.reduce_mean(tf.square(y_pred - {k}.0))\n", RETURN),
    "sums": within(LOSS, "    n{k} = tf.reduce_sum(y_pred)\n    x = x + n{k}\n", RETURN),
    "branches": within(LOSS, "    if a == {k}:\n        x = x * {k}.0\n", RETURN),
    "branches that return": within(LOSS, "    if a > x[{k}]:\n        return x * {k}.0\n", RETURN),
    "branches of many names": within(LOSS, "    n{k} = 0.0\n    if a > x[{k}]:\n        n{k} = x\n", RETURN),
    "loops": within(LOSS, "    for i in range(a):\n        x = x + tf.reduce_sum(y_pred)\n", RETURN),
    "loops that are left": within(
        LOSS, "    for i in range(3):\n        m{k} = i\n        if a > x[i]:\n            break\n", RETURN
    ),
    "loops while": within(LOSS, "    while a > x[{k}]:\n        m{k} = x + {k}.0\n", RETURN),
    "nested expressions": within(LOSS, "    x = tf.exp(x) if a else tf.nn.relu(x)\n", RETURN),
}


def calls_of(work: Callable[[], object]) -> int:
    """How many Python functions ``work`` calls."""
    count = 0

    def seen(frame: FrameType, event: str, argument: Any) -> None:
        nonlocal count
        count += event == "call"

    before = sys.getprofile()
    sys.setprofile(seen)
    try:
        work()
    finally:
        sys.setprofile(before)
    return count


def analysed(shape: str, size: int) -> int:
    source = SourceText("losses.py", HEADER + SHAPES[shape](size))
    return calls_of(lambda: check_source(source, AnalysisSettings()))


@pytest.mark.parametrize("shape", SHAPES)
def test_twice_the_program_takes_twice_the_calls(shape: str) -> None:
    analysed(shape, 2)  # what is loaded or kept once
    small, large = analysed(shape, SMALL), analysed(shape, LARGE)
    assert large <= 2 * small * MARGIN, f"{small} calls for {SMALL}, {large} for {LARGE}"


def test_twice_the_losses_inside_a_factory_take_a_bounded_part_more() -> None:
    """The factory is run for each of them, and is worth so many steps at most."""
    from losslint.analysis.budget import OUTER_STEPS

    def source(size: int) -> SourceText:
        body = "    def loss_{k}(y_true, y_pred):\n        return tf.reduce_sum(y_true - y_pred)\n\n"
        return SourceText("m.py", HEADER + within("def make():\n", body, "    return loss_0\n")(size))

    findings, losses = check_source(source(SMALL), AnalysisSettings())
    assert len(findings) == len(losses) == SMALL
    per_loss = calls_of(lambda: check_source(source(SMALL), AnalysisSettings())) / SMALL
    assert per_loss < 20 * OUTER_STEPS


def test_a_join_looks_at_what_its_branches_bound() -> None:
    from losslint.analysis.statements import joined_names

    looked_at: list[str] = []

    class Watched(Names):
        def __getitem__(self, name: str) -> Any:
            looked_at.append(name)
            return super().__getitem__(name)

    before = Names()
    for k in range(1_000):
        before[f"n{k}"] = Const(k)
    ends = [Watched(before), Watched(before)]
    ends[0]["n3"] = Const("changed")
    joined = joined_names(before, [(frozenset(), end) for end in ends])
    assert set(looked_at) == {"n3"}
    assert len(joined) == 1_000
    assert joined["n4"] == Const(4)


def test_names_know_what_was_bound_across_branches() -> None:
    """A branch that is left early still tells what was bound before it branched off."""
    start = Names()
    start["old"] = Const(0)
    turn = Names(start)
    turn["x"] = Const(1)
    left = Names(turn)
    left["y"] = Const(2)
    assert set(left.bound_since(start)) == {"x", "y"}
    assert set(start.leading_to(left).bound) == {"old", "x", "y"}


def test_paths_are_bounded() -> None:
    from losslint.analysis.statements import MAX_TESTS, bounded

    tests = frozenset((f"a == {k}", True) for k in range(MAX_TESTS))
    assert bounded(tests) == tests
    assert not bounded(tests | {("b", True)})


def test_histories_are_bounded() -> None:
    """Trails, sums and flaws of a value that went through very many operations."""
    source = SourceText("losses.py", HEADER + SHAPES["terms"](200))
    examined: Examined = examine_source(source, AnalysisSettings())
    values = [value for recording in examined.recordings for value in recording.values.values()]
    tensors = [value for value in values if isinstance(value, Tensor)]
    assert len(tensors) > 200
    for value in tensors:
        histories = (value.trail, value.raised, value.reduced, value.flaws, value.reasons)
        assert max(map(len, histories)) <= MAX_HISTORY


def test_comments_are_found_by_line() -> None:
    marks = tuple(Mark(k, k + 1, k % 2 == 0) for k in range(1, 4_000, 2))
    pragmas = Pragmas(marks=marks)
    pragmas.is_loss(1)
    assert calls_of(lambda: [pragmas.is_loss(line) for line in range(1, 4_000)]) < 5_000
