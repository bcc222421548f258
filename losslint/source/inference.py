"""Names the module index cannot follow, inferred by astroid: bound by ``global`` in a function, by a loop, by ``with``.

astroid reads source and never imports it. It sees this one module: what it would find of others lies in the
environment that losslint is installed in, and has no say. It is imported late, since hardly any run needs it.
"""

from __future__ import annotations

import ast
from functools import lru_cache
from typing import Any, NoReturn

from losslint.frozen import dataclass

from .index import ModuleIndex, flat

MAX_INFERRED = 8
"""Alternatives that astroid may offer for one name before the answer counts as unknown."""


@dataclass(frozen=True, slots=True)
class Constant:
    """The name is a constant."""

    value: Any


@dataclass(frozen=True, slots=True)
class Located:
    """The name is this function or class, defined at top level of the module."""

    name: str


def infer(index: ModuleIndex, name: str) -> Constant | Located | None:
    """What a module-level name of a module is, if astroid can tell and has one answer."""
    if name not in index.text:
        return None
    return _infer(index.path, _alone(index), index.name, name)


def _alone(index: ModuleIndex) -> str:
    """The text of a module without its ``from m import *``, which astroid follows while it builds the tree."""
    stars = {line for line, _ in index.stars}
    if not stars:
        return index.text
    lines = list(index.lines)
    for statement in flat(index.tree.body):
        if isinstance(statement, ast.ImportFrom) and statement.lineno in stars:
            first, last = statement.lineno - 1, (statement.end_lineno or statement.lineno) - 1
            before = lines[first].encode()[: statement.col_offset].decode()
            after = lines[last].encode()[statement.end_col_offset :].decode()
            lines[first : last + 1] = [f"{before}pass{after}", *[""] * (last - first)]
    return "".join(lines)


@lru_cache(maxsize=256)
def _infer(path: str, text: str, module: str, name: str) -> Constant | Located | None:
    import astroid
    from astroid.exceptions import AstroidError

    try:
        tree = _tree(path, text, module)
        answers = []
        for node in tree.getattr(name):
            answers.extend(node.infer())
            if len(answers) > MAX_INFERRED:
                return None
    except (AstroidError, RecursionError, SyntaxError, StopIteration):
        return None
    found = {_described(answer) for answer in answers if not isinstance(answer, astroid.util.UninferableBase)}
    return found.pop() if len(found) == 1 and len(answers) > 0 else None


@lru_cache(maxsize=32)
def _tree(path: str, text: str, module: str) -> Any:
    import astroid

    tree = astroid.parse(text, module_name=module, path=path, apply_transforms=False)
    tree.import_module = _refused
    return tree


def _refused(name: str, *_: Any, **__: Any) -> NoReturn:
    from astroid.exceptions import AstroidImportError

    raise AstroidImportError("modules are found by the index", modname=name)


def _described(answer: Any) -> Constant | Located | None:
    from astroid import nodes

    if isinstance(answer, nodes.Const):
        return Constant(answer.value)
    if isinstance(answer, (nodes.FunctionDef, nodes.ClassDef)) and isinstance(answer.parent, nodes.Module):
        return Located(answer.name)
    return None
