"""Where a module hands losses over, from ``ast`` alone: compiled models, steps, ``add_loss``, replicas.

What is handed over is found out by running the code around it; here it is decided which code is worth that.
"""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator

from .index import ModuleIndex, own_nodes, walk

STEP_CALLS = ("gradient", "minimize", "compute_gradients", "jacobian")
HANDING_OVER = re.compile(rf"\.(?:\s|\\\n)*(?:{'|'.join((*STEP_CALLS, 'add_loss', 'compile'))})\b")
"""Attributes without which no code hands a loss over."""
RUNS = ("run", "experimental_run_v2", "experimental_run")
"""Methods of a strategy that run a function on every replica."""


_SUM = re.compile(r"reduction\b[^,\n]*\bsum\b")
_SCOPE = re.compile(r"(?:strategy|distribut)\w*(?:\(.*\))?\.scope\(")


def compiling_matters(index: ModuleIndex) -> bool:
    """Whether a module holds what can be wrong with a compiled loss.

    That is one told to sum, one under a strategy's scope, or one that is written there and nowhere else.

    Without either nobody need run the code that builds models, which is long.
    """
    text = index.text.lower()
    if ("reduction" in text and _SUM.search(text)) or (".scope(" in text and _SCOPE.search(text)):
        return True
    return "lambda" in text and any(map(_compiles_lambda, index.nodes_near(("compile",))))


def _compiles_lambda(node: ast.AST) -> bool:
    """Whether a loss is written where the model is compiled."""
    given = compiled_loss(node)
    return given is not None and any(isinstance(each, ast.Lambda) for each in walk(given))


def compiled_loss(node: ast.AST) -> ast.expr | None:
    """What a call hands to ``compile`` as the loss."""
    if (
        not isinstance(node, ast.Call)
        or not isinstance(node.func, ast.Attribute)
        or node.func.attr != "compile"
        or (isinstance(node.func.value, ast.Name) and node.func.value.id in ("re", "regex"))
    ):
        return None
    named = next((keyword.value for keyword in node.keywords if keyword.arg == "loss"), None)
    return node.args[1] if named is None and len(node.args) > 1 else named


def compiles(node: ast.AST) -> bool:
    """Whether a call hands a loss to ``compile`` that is more than the name of a ready one, which never sums."""
    given = compiled_loss(node)
    return given is not None and not _is_literal(given)


def _is_literal(node: ast.AST) -> bool:
    if isinstance(node, (ast.List, ast.Tuple, ast.Dict)):
        return all(
            map(_is_literal, (value for value in ast.iter_child_nodes(node) if isinstance(value, ast.expr)))
        )
    return isinstance(node, ast.Constant)


def adds(node: ast.AST) -> bool:
    """Whether a call hands a loss to ``add_loss``."""
    return (
        isinstance(node, ast.Call)
        and isinstance(node.func, ast.Attribute)
        and node.func.attr == "add_loss"
        and bool(node.args)
    )


def differentiates(node: ast.AST) -> bool:
    """Whether a call differentiates or minimises."""
    return (
        isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.func.attr in STEP_CALLS
    )


def script_statements(index: ModuleIndex) -> tuple[ast.stmt, ...]:
    """The module-level statements that hand a loss over themselves."""
    sinks = (compiles, adds, differentiates) if compiling_matters(index) else (adds, differentiates)
    return tuple(
        statement
        for statement in index.tree.body
        if not isinstance(
            statement, (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef, ast.Import, ast.ImportFrom)
        )
        and index.mentions(statement, HANDING_OVER)
        and any(sink(node) for node in own_nodes(statement) for sink in sinks)
    )


def replicated(index: ModuleIndex) -> frozenset[str]:
    """The functions of the module that run on every replica: handed to a strategy, or called by such."""
    run = set(_run_by_strategies(index)) if "strategy" in index.text.lower() else set()
    if not run:
        return frozenset()
    calls = {unit.node.name: _called(unit.node) for unit in index.units}
    found = {name for name in run if name in calls}
    waiting = list(found)
    while waiting:
        for name in calls[waiting.pop()]:
            if name in calls and name not in found:
                found.add(name)
                waiting.append(name)
    return frozenset(found)


def _run_by_strategies(index: ModuleIndex) -> Iterator[str]:
    for node in index.nodes_near(RUNS):
        if (
            not isinstance(node, ast.Call)
            or not isinstance(node.func, ast.Attribute)
            or node.func.attr not in RUNS
        ):
            continue
        if "strategy" not in ast.unparse(node.func.value).lower():
            continue
        handed = node.args[:1] or [keyword.value for keyword in node.keywords if keyword.arg == "fn"]
        yield from map(_last_name, handed)


def _called(node: ast.AST) -> frozenset[str]:
    return frozenset(_last_name(item.func) for item in own_nodes(node) if isinstance(item, ast.Call))


def _last_name(node: ast.expr) -> str:
    if isinstance(node, ast.Attribute):
        return node.attr
    return node.id if isinstance(node, ast.Name) else ""
