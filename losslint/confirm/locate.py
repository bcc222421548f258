"""Which functions a file holds, and where a file sits among packages. Only reads; runs nothing."""

from __future__ import annotations

import ast
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

Function = ast.FunctionDef | ast.AsyncFunctionDef | ast.Lambda
Scope = ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef


@dataclass(frozen=True, slots=True)
class Candidate:
    """A function that can be run. ``line`` is that of its ``def``, or of the assignment that names it.

    ``node`` is the function whose parameters are fed, ``definition`` the statement that binds the name.
    """

    qualname: str
    line: int
    node: Function
    definition: ast.stmt
    parents: tuple[Scope, ...]

    @property
    def is_method(self) -> bool:
        return bool(self.parents) and isinstance(self.parents[-1], ast.ClassDef)

    @property
    def arguments(self) -> ast.arguments:
        return self.node.args


def candidates(tree: ast.Module) -> Iterator[Candidate]:
    """Every function, method, named lambda and named partial of a module, in the order of their lines."""
    functions = {node.name: node for node in tree.body if isinstance(node, ast.FunctionDef)}
    yield from _walk(tree, "", (), functions)


def _walk(
    scope: ast.AST, prefix: str, parents: tuple[Scope, ...], functions: Mapping[str, ast.FunctionDef]
) -> Iterator[Candidate]:
    for node in _own_statements(scope):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            yield Candidate(prefix + node.name, node.lineno, node, node, parents)
            yield from _walk(node, f"{prefix}{node.name}.<locals>.", (*parents, node), functions)
        elif isinstance(node, ast.ClassDef):
            yield from _walk(node, f"{prefix}{node.name}.", (*parents, node), functions)
        elif isinstance(node, ast.Assign) and (function := _assigned(node.value, functions)):
            for name in (target.id for target in node.targets if isinstance(target, ast.Name)):
                yield Candidate(prefix + name, node.lineno, function, node, parents)


def _assigned(value: ast.expr, functions: Mapping[str, ast.FunctionDef]) -> Function | None:
    """The function that an assignment names: a lambda, or what a ``partial`` of a function leaves open."""
    if isinstance(value, ast.Lambda):
        return value
    if not isinstance(value, ast.Call) or not ast.unparse(value.func).endswith("partial") or not value.args:
        return None
    whole = functions.get(ast.unparse(value.args[0]))
    if whole is None:  # a function of another module: what it leaves open is for the planner to guess
        return ast.FunctionDef("partial", _ANYTHING, [ast.Return(value)], [], lineno=value.lineno)
    bound = {keyword.arg for keyword in value.keywords}
    given = len(value.args) - 1
    defaults = [None] * (len(whole.args.args) - len(whole.args.defaults)) + list(whole.args.defaults)
    pairs = list(zip(whole.args.args, defaults, strict=True))[given:]
    left = [(a, default) for a, default in pairs if a.arg not in bound]
    arguments = ast.arguments(
        posonlyargs=[],
        args=[a for a, _ in left],
        kwonlyargs=[a for a in whole.args.kwonlyargs if a.arg not in bound],
        kw_defaults=[
            d
            for a, d in zip(whole.args.kwonlyargs, whole.args.kw_defaults, strict=True)
            if a.arg not in bound
        ],
        defaults=[default for _, default in left if default is not None],
    )
    return ast.FunctionDef(whole.name, arguments, whole.body, [], lineno=whole.lineno)


_ANYTHING = ast.parse("lambda *arguments: 0", mode="eval").body.args  # type: ignore[attr-defined]


def _own_statements(scope: ast.AST) -> Iterator[ast.stmt]:
    """The statements of a scope, also those inside ``if``, ``with``, ``try`` and loops."""
    for child in ast.iter_child_nodes(scope):
        if isinstance(child, ast.stmt):
            yield child
            if isinstance(child, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef):
                continue
        if isinstance(child, ast.stmt | ast.ExceptHandler):
            yield from _own_statements(child)


@dataclass(frozen=True, slots=True)
class ModulePlace:
    """How a file is imported: the dotted name, and the directories that must be on the path."""

    name: str
    roots: tuple[str, ...]


PROJECT_FILES = ("pyproject.toml", "setup.py", "setup.cfg", "losslint.toml", ".losslint.toml", ".git")


def project_of(path: Path) -> Path | None:
    """The closest directory at or above a path that looks like a project's root."""
    path = path.resolve()
    return next((p for p in (path, *path.parents) if any((p / f).exists() for f in PROJECT_FILES)), None)


def place_of(path: Path, projects: Iterable[Path] = ()) -> ModulePlace:
    """The module name of a file by the ``__init__.py`` above it.

    Further roots are ``projects``, and ``src`` in each: what lies there can be imported as well.
    """
    path = path.resolve()
    parts = [] if path.stem == "__init__" else [path.stem]
    folder = path.parent
    while (folder / "__init__.py").is_file() and folder.name.isidentifier():
        parts.insert(0, folder.name)
        folder = folder.parent
    further = [place for project in projects for place in (project.resolve(), project.resolve() / "src")]
    roots = dict.fromkeys(str(place) for place in (folder, *further) if place.is_dir())
    return ModulePlace(".".join(parts) or path.parent.name, tuple(roots))
