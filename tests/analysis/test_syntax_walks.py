"""Walks over syntax that ask for what they need and build nothing: what they find is what the slow way finds."""

from __future__ import annotations

import ast

import libcst as cst
import pytest

from losslint.analysis.classes import setters
from losslint.analysis.loops import accumulated
from losslint.analysis.spelling import spelled
from losslint.source.slices import parts_of


@pytest.mark.parametrize(
    ("body", "kinds"),
    [
        ("total += f(x)", {"total": "sum"}),
        ("total -= f(x)", {"total": "sum"}),
        ("total *= f(x)", {}),
        ("self.total += f(x)", {"self.total": "sum"}),
        ("total = total + f(x)", {"total": "sum"}),
        ("total = f(x) + total", {"total": "sum"}),
        ("total = other + f(x)", {}),
        ("xs.append(x)", {"xs": "list"}),
        ("if x:\n        self.xs.extend([x])", {"self.xs": "list"}),
        ("found = [ys.append(z) for z in x]", {"ys": "list"}),
        ("xs.append(x)\n    xs += [x]", {"xs": "sum"}),
        ("def inner():\n        total += 1", {}),
        ("g = lambda: xs.append(x)", {"xs": "list"}),
    ],
)
def test_what_a_loop_accumulates(body: str, kinds: dict[str, str]) -> None:
    loop = cst.parse_module(f"for x in data:\n    {body}\n").body[0]
    assert isinstance(loop, cst.For)
    assert accumulated(loop) == kinds


def test_parts_are_the_children_without_white_space() -> None:
    def names(node: cst.CSTNode, walk: object) -> list[str]:
        assert callable(walk)
        found = [node.value] if isinstance(node, cst.Name) else []
        return found + [name for child in walk(node) for name in names(child, walk)]

    module = cst.parse_module(
        "@d\ndef f(a: b = c, *e, **g):\n    with h(i) as j, k:\n        l[m:n] = o if p else not q  # r\n"
    )
    assert sorted(names(module, parts_of)) == sorted(names(module, lambda node: node.children))


SETTERS = """
class A:
    def __init__(self):
        self.never = 1

    def build(self, x):
        self.a, (self.b, *self.c) = x
        self.d: int = 1
        self.e += 1
        for self.f in x:
            with open(x) as self.g:
                try:
                    self.h[0] = 1
                except E:
                    self.i = 1
                else:
                    self.j = 2
                finally:
                    self.k = 3

        def inner():
            self.m = 1

        match x:
            case 1:
                self.n = 1
        while x:
            self.o = 1
        x.p = 1
        return self.q

    async def run(self):
        self.r = 1
"""


def test_setters_are_all_methods_that_assign_an_attribute() -> None:
    (node,) = ast.parse(SETTERS).body
    assert isinstance(node, ast.ClassDef)
    assert setters(node) == {name: ["build"] for name in "abcdefgijkmno"}


@pytest.mark.parametrize(
    ("code", "text"),
    [
        ("tf", "tf"),
        ("tf.math.log", "tf.math.log"),
        ("tf . math", "tf . math"),
        ("(tf).math", "(tf).math"),
        ("f(x).shape", "f(x).shape"),
        ("(\n  tf.math\n)", "( tf.math )"),
        ("a." + "b" * 70, "a." + "b" * 55 + "…"),
    ],
)
def test_an_expression_is_spelled_as_it_stands(code: str, text: str) -> None:
    assert spelled(cst.parse_expression(code)) == text
