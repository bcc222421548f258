"""Which losses a file holds, and where a file sits among packages. Only reads; runs nothing."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from losslint.source.text import SourceText

Function = ast.FunctionDef | ast.AsyncFunctionDef | ast.Lambda

PREDICTION_NAMES = re.compile(
    r"^(y_?pred(ict(ed|ion)?)?s?|preds?|predictions?|predicted|logits|outputs?|pr|y_hat)$"
)
TARGET_NAMES = re.compile(r"^(y_?(true|target|gt|label)s?|y|gt|true|truth|labels?|targets?|ground_truth)$")
LOSS_NAMES = re.compile(
    r"(^|_)(loss(es)?|objective|cost|criterion)(_|$|fn)|[a-z]Loss$|^Loss|_xent|cross_?entropy", re.I
)
LOSS_METHODS = frozenset({"call", "__call__", "forward", "loss", "compute_loss", "loss_fn"})
NOT_LOSSES = re.compile(
    r"^(get|make|build|create|print|plot|log|test|load|save|update|parse|register|add)_|metric", re.I
)


@dataclass(frozen=True, slots=True)
class Candidate:
    """A function that may be a loss. ``parameters`` are without ``self``; ``line`` is that of its ``def``."""

    qualname: str
    line: int
    node: Function
    parents: tuple[ast.AST, ...]
    looks_like_a_loss: bool

    @property
    def is_method(self) -> bool:
        return bool(self.parents) and isinstance(self.parents[-1], ast.ClassDef)

    @property
    def arguments(self) -> ast.arguments:
        return self.node.args


def candidates(tree: ast.Module) -> Iterator[Candidate]:
    """Every function, method and named lambda of a module, in the order of their lines."""
    yield from _walk(tree, "", ())


def _walk(scope: ast.AST, prefix: str, parents: tuple[ast.AST, ...]) -> Iterator[Candidate]:
    for node in _own_statements(scope):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            yield Candidate(
                prefix + node.name, node.lineno, node, parents, _is_loss(node.name, node, parents)
            )
            yield from _walk(node, f"{prefix}{node.name}.<locals>.", (*parents, node))
        elif isinstance(node, ast.ClassDef):
            yield from _walk(node, f"{prefix}{node.name}.", (*parents, node))
        elif isinstance(node, ast.Assign) and isinstance(node.value, ast.Lambda):
            for target in node.targets:
                if isinstance(target, ast.Name):
                    looks = _is_loss(target.id, node.value, parents)
                    yield Candidate(prefix + target.id, node.lineno, node.value, parents, looks)


def _own_statements(scope: ast.AST) -> Iterator[ast.stmt]:
    """The statements of a scope, also those inside ``if``, ``with``, ``try`` and loops."""
    for child in ast.iter_child_nodes(scope):
        if isinstance(child, ast.stmt):
            yield child
            if isinstance(child, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef):
                continue
        if isinstance(child, ast.stmt | ast.ExceptHandler):
            yield from _own_statements(child)


def _is_loss(name: str, node: Function, parents: tuple[ast.AST, ...]) -> bool:
    names = [a.arg for a in (*node.args.posonlyargs, *node.args.args) if a.arg not in {"self", "cls"}]
    if not names or NOT_LOSSES.search(name):
        return False
    owner = parents[-1] if parents and isinstance(parents[-1], ast.ClassDef) else None
    if owner is not None and name in LOSS_METHODS:
        bases = [owner.name, *(ast.unparse(base) for base in owner.bases)]
        if any(re.search(r"Loss$|Losses?\b", base) for base in bases):
            return True
    pair = any(PREDICTION_NAMES.match(n) for n in names) and any(TARGET_NAMES.match(n) for n in names)
    return pair or (bool(LOSS_NAMES.search(name)) and len(names) >= 2 and _returns_something(node))


def _returns_something(node: Function) -> bool:
    if isinstance(node, ast.Lambda):
        return True
    body = list(_own_statements(node))
    inner = {n.name for n in body if isinstance(n, ast.FunctionDef)}
    values = [n.value for n in body if isinstance(n, ast.Return) and n.value is not None]
    return any(
        not isinstance(v, ast.Lambda) and not (isinstance(v, ast.Name) and v.id in inner) for v in values
    )


@dataclass(frozen=True, slots=True)
class ModulePlace:
    """How a file is imported: the dotted name, and the directories that must be on the path."""

    name: str
    roots: tuple[str, ...]


def place_of(path: Path, project: Path | None = None) -> ModulePlace:
    """The module name of a file by the ``__init__.py`` above it; ``project`` is a further root."""
    path = path.resolve()
    parts = [] if path.stem == "__init__" else [path.stem]
    folder = path.parent
    while (folder / "__init__.py").is_file() and folder.name.isidentifier():
        parts.insert(0, folder.name)
        folder = folder.parent
    roots = [str(folder)]
    if project is not None and str(project.resolve()) not in roots:
        roots.append(str(project.resolve()))
    return ModulePlace(".".join(parts) or path.parent.name, tuple(roots))


def select(source: SourceText, tree: ast.Module, names: tuple[str, ...]) -> tuple[Candidate, ...]:
    """The named functions (``Class.call``, or a last part of it); without names what looks like a loss."""
    found = tuple(candidates(tree))
    if not names:
        return tuple(c for c in found if c.looks_like_a_loss)
    exact = [c for name in names for c in found if c.qualname == name]
    return tuple(exact) or tuple(c for name in names for c in found if c.qualname.endswith("." + name))
