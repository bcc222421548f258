"""A few hundred random programs, the same in every run: no definite answer is wrong, few are unknown."""

from __future__ import annotations

import collections
import random

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from .comparing import compare, inferred
from .draft import broadcast
from .programs import Program, numbered, program
from .shrinking import smaller

PROGRAMS = 300
MOST_UNKNOWN = 0.05


def loss_programs() -> st.SearchStrategy[Program]:
    """Programs whose every choice hypothesis makes, and makes smaller."""
    return st.randoms(use_true_random=False).map(program)


@pytest.mark.tensorflow
def test_definite_answers_are_what_tensorflow_measures() -> None:
    outcomes: collections.Counter[str] = collections.Counter()
    wrong = []
    for serial in range(PROGRAMS):
        each = numbered(0, serial)
        comparison = compare(each, inferred(each))
        outcomes[comparison.outcome] += 1
        if comparison.outcome == "wrong":
            wrong.append(f"{comparison.label}\n{each.inputs}\n{each.source}")
    assert not wrong, "\n".join(wrong)
    assert outcomes["unknown"] <= MOST_UNKNOWN * PROGRAMS, outcomes
    assert outcomes["discarded"] <= 0.15 * PROGRAMS, outcomes


@given(loss_programs())
@settings(max_examples=60, derandomize=True, deadline=None, suppress_health_check=list(HealthCheck))
def test_every_program_is_python_and_its_loss_is_found(each: Program) -> None:
    compile(each.source, "program.py", "exec")
    loss = inferred(each)
    assert loss is not None, each.source
    assert loss.framework == "tensorflow" or loss.framework == "keras"


def test_the_same_number_writes_the_same_program() -> None:
    assert numbered(3, 14) == numbered(3, 14)
    assert numbered(3, 14) != numbered(3, 15)
    assert program(random.Random(5)).source == program(random.Random(5)).source


def test_broadcasting_is_numpys() -> None:
    n, one, four = (1, 1), (1, 0), (4, 0)
    assert broadcast((n, four), (four,)) == (n, four)
    assert broadcast((n,), (n, one)) == (n, n)
    assert broadcast((n, four), (n,)) is None


def test_shrinking_leaves_out_statements_operands_and_arguments() -> None:
    source = "def loss(y_true, y_pred):\n    a = f(y_pred)\n    return tf.abs(g(a), axis=0)\n"
    found = set(smaller(source))
    assert "def loss(y_true, y_pred):\n    return tf.abs(g(a), axis=0)\n" in found
    assert "def loss(y_true, y_pred):\n    a = f(y_pred)\n    return g(a)\n" in found
    assert "def loss(y_true, y_pred):\n    a = f(y_pred)\n    return tf.abs(g(a))\n" in found
    assert all(len(each) < len(source) for each in found)
