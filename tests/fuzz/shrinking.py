"""A disagreement made small: statements and operations go as long as the analysis stays wrong alike."""

from __future__ import annotations

import ast
import copy
from collections.abc import Callable, Iterator
from dataclasses import replace

from .comparing import Comparison, compare, inferred
from .programs import Program

MOST_TRIES = 250


def shrunk(comparison: Comparison) -> Comparison:
    """The smallest program found that is wrong in the same fields."""
    fields = _fields(comparison)
    best, tries = comparison, 0
    improved = True
    while improved:
        improved = False
        for source in smaller(best.program.source):
            tries += 1
            if tries > MOST_TRIES:
                return best
            candidate = _wrong_alike(replace(best.program, source=source), fields)
            if candidate is not None:
                best, improved = candidate, True
                break
    return best


def _fields(comparison: Comparison) -> set[str]:
    return {detail.partition(":")[0] for detail in comparison.details}


def _wrong_alike(program: Program, fields: set[str]) -> Comparison | None:
    try:
        comparison = compare(program, inferred(program))
    except Exception:
        return None
    return comparison if comparison.outcome == "wrong" and _fields(comparison) == fields else None


def smaller(source: str) -> Iterator[str]:
    """Programs a little smaller than this one, the greatest cuts first."""
    tree = ast.parse(source)
    seen = {ast.unparse(tree)}
    for cut in (_statements, _operands, _arguments):
        count = sum(1 for _ in cut(copy.deepcopy(tree)))
        for at in range(count):
            attempt = copy.deepcopy(tree)
            for k, apply in enumerate(cut(attempt)):
                if k == at:
                    apply()
                    break
            text = ast.unparse(ast.fix_missing_locations(attempt))
            if text not in seen:
                seen.add(text)
                yield text + "\n"


def _statements(tree: ast.AST) -> Iterator[Callable[[], object]]:
    """Leave out one statement; put the body of a branch, or the other name of a value, in its place."""
    for node in ast.walk(tree):
        if (
            isinstance(node, ast.Assign)
            and isinstance(node.value, ast.Name)
            and isinstance(node.targets[0], ast.Name)
        ):
            yield lambda old=node.targets[0].id, new=node.value.id: _renamed(tree, old, new)
        for name in ("body", "orelse"):
            body = getattr(node, name, None)
            if not isinstance(body, list):
                continue
            for at, statement in enumerate(body):
                if len(body) > 1:
                    yield lambda body=body, at=at: body.pop(at)
                if isinstance(statement, ast.If):
                    for arm in (statement.body, statement.orelse):
                        yield lambda body=body, at=at, arm=arm: body.__setitem__(slice(at, at + 1), arm)


def _renamed(tree: ast.AST, old: str, new: str) -> None:
    for node in ast.walk(tree):
        if isinstance(node, ast.Name) and node.id == old:
            node.id = new


def _operands(tree: ast.AST) -> Iterator[Callable[[], object]]:
    """Put one of an expression's operands in its place."""
    for node in ast.walk(tree):
        for name, value in ast.iter_fields(node):
            if isinstance(value, ast.Call | ast.BinOp | ast.UnaryOp | ast.Subscript | ast.IfExp):
                for part in _parts(value):
                    yield lambda node=node, name=name, part=part: setattr(node, name, part)
            elif isinstance(value, list):
                for at, item in enumerate(value):
                    if isinstance(item, ast.Call | ast.BinOp | ast.UnaryOp | ast.Subscript):
                        for part in _parts(item):
                            yield lambda value=value, at=at, part=part: value.__setitem__(at, part)


def _parts(node: ast.expr) -> list[ast.expr]:
    if isinstance(node, ast.Call):
        return [part for part in node.args if not isinstance(part, ast.Constant | ast.Starred)]
    return [
        part
        for part in ast.iter_child_nodes(node)
        if isinstance(part, ast.expr) and not isinstance(part, ast.Constant)
    ]


def _arguments(tree: ast.AST) -> Iterator[Callable[[], object]]:
    """Leave out one keyword argument."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Call):
            for at in range(len(node.keywords)):
                yield lambda node=node, at=at: node.keywords.pop(at)
