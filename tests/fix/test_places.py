"""A division put behind a call divides that call, and nothing else, whatever stands around it."""

from __future__ import annotations

import libcst as cst
import pytest

from losslint.fix.edits import applied
from losslint.fix.places import quotient
from losslint.fix.tree import Tree, nodes_of
from losslint.source.slices import Slice
from losslint.source.text import SourceText

EXPRESSIONS = (
    "s()",
    "-s()",
    "a * s()",
    "s() * a",
    "a / s()",
    "s() / a",
    "a + s()",
    "a - s()",
    "s() - a",
    "s() ** 2",
    "2 ** s()",
    "-s() ** 2",
    "a / (b * s())",
    "a // s()",
    "s() % a",
    "abs(s())",
    "max(a, s())",
    "[s(), a][0]",
    "{0: s()}[0]",
    "s() if a else b",
    "b if s() < 0 else s()",
    "(s())",
    "(s()) ** 2",
    "( s() ) * a",
    "(lambda: s())()",
    "s().real",
    "(a +\n  s())",
    "max(\n    s(),  # the sum\n    a,\n)",
)


@pytest.mark.parametrize("expression", EXPRESSIONS)
@pytest.mark.parametrize("indented", [False, True])
def test_divides_the_call_alone(expression: str, indented: bool) -> None:
    code = f"{'    ' * indented}x = {expression}\n"
    source = SourceText("a.py", f"if 1:\n{code}" if indented else code)
    tree = Tree(
        Slice(source.lines, 2, len(source.lines)) if indented else Slice(source.lines, 1, len(source.lines))
    )
    calls = [node for node in nodes_of(tree.slice.module) if isinstance(node, cst.Call) and _is_s(node)]
    after = applied(source, [edit for call in calls for edit in quotient(tree, call, "n")])
    numbers = {"a": 7.0, "b": 0.5, "n": 3.0}
    was, now = dict(numbers, s=lambda: 2.0), dict(numbers, s=lambda: 6.0)
    exec(source.text, was)
    exec(after.text, now)
    assert now["x"] == pytest.approx(was["x"]), after.text


def _is_s(node: cst.Call) -> bool:
    return isinstance(node.func, cst.Name) and node.func.value == "s"


@pytest.mark.parametrize(
    "expression", ["a + s()", "(a + s())", "a if b else s()", "a * s()", "(a * s())", "-s()"]
)
def test_divides_a_whole_expression(expression: str) -> None:
    source = SourceText("a.py", f"x = {expression}\n")
    tree = Tree(Slice(source.lines, 1, 1))
    (assign,) = [node for node in nodes_of(tree.slice.module) if isinstance(node, cst.Assign)]
    after = applied(source, quotient(tree, assign.value, "n"))
    numbers = {"a": 7.0, "b": 0.5, "n": 3.0, "s": lambda: 2.0}
    was, now = dict(numbers), dict(numbers)
    exec(source.text, was)
    exec(after.text, now)
    assert now["x"] == pytest.approx(was["x"] / 3), after.text
