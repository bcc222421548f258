"""Abstract classes: which of their methods others must write, and the classes of the module that have written all."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from functools import lru_cache
from typing import TYPE_CHECKING

from . import classes
from .scope import ClassRef
from .values import Class

if TYPE_CHECKING:
    from .interpreter import Interpreter

MOST = 8
"""Of more subclasses only so many are asked: the others are taken to be no different."""


def concrete_subclasses(run: Interpreter, ref: ClassRef) -> list[ClassRef]:
    """The classes of the same module that make an abstract one concrete; none for a class that is not abstract."""
    wanted = set(_missing(run, ref))
    if not wanted:
        return []
    found: list[ClassRef] = []
    for qualname, node in ref.module.classes.items():
        sub = ClassRef(ref.module, qualname, node)
        if node is ref.node or "<locals>" in qualname or not node.bases:
            continue
        if any(isinstance(base, Class) and base.ref == ref for base in classes.ancestors(run, sub)):
            found += [sub] if not any(_missing(run, sub)) else []
    return found[:MOST]


def _missing(run: Interpreter, ref: ClassRef) -> Iterator[str]:
    """The methods that a class has, or has inherited, without a body."""
    seen: set[str] = set()
    for base in classes.ancestors(run, ref):
        if not isinstance(base, Class):
            continue
        for name, unwritten in _methods(base.ref.node):
            if name not in seen and unwritten:
                yield name
            seen.add(name)


@lru_cache(maxsize=1024)
def _methods(node: ast.ClassDef) -> tuple[tuple[str, bool], ...]:
    """The methods of a class, each with whether it is left to others."""
    functions = (each for each in node.body if isinstance(each, (ast.FunctionDef, ast.AsyncFunctionDef)))
    return tuple((each.name, unwritten(each)) for each in functions)


def unwritten(node: ast.FunctionDef | ast.AsyncFunctionDef) -> bool:
    """Whether a method is abstract: it is marked so, or does nothing but say that it is not implemented.

    One that does nothing at all may be meant to.
    """
    if any("abstract" in ast.unparse(decorator) for decorator in node.decorator_list):
        return True
    body = [each for each in node.body if not _is_constant(each)]
    return len(body) == 1 and isinstance(body[0], ast.Raise) and "NotImplemented" in ast.unparse(body[0])


def _is_constant(statement: ast.stmt) -> bool:
    """A docstring."""
    return isinstance(statement, ast.Expr) and isinstance(statement.value, ast.Constant)
