"""An import that a fix needs: where it goes, and under which name."""

from __future__ import annotations

import ast
from collections.abc import Iterator

from losslint.model import Edit, Span
from losslint.source.index import ModuleIndex

from .dialect import Family, Speech
from .places import line_end


def imported(index: ModuleIndex, family: Family) -> Speech | None:
    """A family under its usual name, with the edit that imports it; None where that name is taken."""
    modules = [module for statement in index.tree.body for module in _imports_in(statement)]
    taken = set(_bound_names(index.tree))
    for new in family.imports:
        if new.alias.partition(".")[0] not in taken and any(
            _within(module, new.beside) for module in modules
        ):
            line = _line_for(index, new.beside)
            edit = Edit(Span(line, 1, line, 1), new.statement + line_end(index.lines, line))
            return Speech(family, new.alias, (edit,))
    return None


def _within(module: str, package: str) -> bool:
    return f"{module}.".startswith(f"{package}.")


def _line_for(index: ModuleIndex, root: str) -> int:
    """The line before which the import goes: that of the first statement that imports from the same package.

    That is behind the docstring, and behind ``from __future__``, which must come first.
    """
    body = index.tree.body
    first = next(each for each in body if any(_within(module, root) for module in _imports_in(each)))
    future = [
        each.end_lineno or each.lineno
        for each in body
        if isinstance(each, ast.ImportFrom) and each.module == "__future__"
    ]
    return max(first.lineno, max(future, default=0) + 1)


def _imports_in(statement: ast.stmt) -> Iterator[str]:
    """The modules that a statement imports, whatever block they stand in; functions of it are not asked."""
    if isinstance(statement, ast.Import):
        yield from (alias.name for alias in statement.names)
    elif isinstance(statement, ast.ImportFrom):
        module = statement.module or ""
        yield from (f"{module}.{alias.name}" for alias in statement.names if not statement.level)
    elif isinstance(statement, (ast.Try, ast.If, ast.With)):
        for child in ast.iter_child_nodes(statement):
            if isinstance(child, ast.stmt):
                yield from _imports_in(child)
            elif isinstance(child, ast.ExceptHandler):
                for inner in child.body:
                    yield from _imports_in(inner)


def _bound_names(tree: ast.Module) -> Iterator[str]:
    """Every name that means something anywhere in the module."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Name):
            yield node.id
        elif isinstance(node, ast.arg):
            yield node.arg
        elif isinstance(node, ast.alias):
            yield (node.asname or node.name).partition(".")[0]
        elif isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef)):
            yield node.name
