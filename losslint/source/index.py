"""What a module defines and imports, from the standard library's ``ast``: cheap, complete, without syntax detail.

The index answers two questions: which functions of this file could be losses, and what a global name stands for.
Concrete syntax is parsed later and only for the functions that are analysed.
"""

from __future__ import annotations

import ast
import re
from bisect import bisect_left
from collections.abc import Iterator, Sequence
from dataclasses import field
from functools import cache, cached_property
from itertools import accumulate
from typing import TypeAlias

from losslint.frozen import dataclass

from .slices import Slice

FunctionNode: TypeAlias = ast.FunctionDef | ast.AsyncFunctionDef
Words: TypeAlias = tuple[str, ...] | re.Pattern[str]
"""Words to look for in a text, each for itself or as one pattern."""


@dataclass(frozen=True, slots=True)
class Import:
    """``import a.b as c`` (``attribute is None``) or ``from a import b as c``. ``level`` counts the leading dots."""

    module: str
    attribute: str | None = None
    level: int = 0


@dataclass(frozen=True, slots=True, eq=False)
class Assigned:
    """A module-level name that a statement binds."""

    statement: ast.stmt


Definition: TypeAlias = Import | FunctionNode | ast.ClassDef | Assigned


@dataclass(frozen=True, slots=True, eq=False)
class Unit:
    """A function with its place in the module: ``Class.method``, ``factory.<locals>.inner``.

    ``owner`` is the class it is a method of, ``outer`` the function it is defined in.
    """

    node: FunctionNode
    qualname: str
    owner: ast.ClassDef | None
    outer: Unit | None


@dataclass(eq=False)
class ModuleIndex:
    """One module. ``name`` is its dotted name as far as the packages around it tell."""

    path: str
    lines: Sequence[str] = field(repr=False)
    tree: ast.Module = field(repr=False)
    name: str = ""
    is_package: bool = False
    _slices: dict[tuple[int, int], Slice] = field(default_factory=dict, repr=False)
    _places: dict[Words, list[int]] = field(default_factory=dict, repr=False)

    @cached_property
    def text(self) -> str:
        """All lines as one."""
        return "".join(self.lines)

    @cached_property
    def _starts(self) -> list[int]:
        """Where each line begins in the text, and where the text ends."""
        return list(accumulate(map(len, self.lines), initial=0))

    def mentions(self, node: ast.stmt, words: Words) -> bool:
        """Whether a word stands in the lines of a statement, even as a part of another: asked before a walk of it."""
        places = self._places.get(words)
        if places is None:
            places = self._places[words] = _occurrences(self.text, words)
        if not places:
            return False
        start, end = self._starts[node.lineno - 1], self._starts[node.end_lineno or node.lineno]
        first = bisect_left(places, start)
        return first < len(places) and places[first] < end

    def nodes_near(self, words: Words) -> Iterator[ast.AST]:
        """Every node of the module but those of statements that mention none of the words."""
        waiting: list[ast.AST] = [self.tree]
        while waiting:
            for child in children(waiting.pop()):
                if not isinstance(child, ast.stmt) or self.mentions(child, words):
                    yield child
                    waiting.append(child)

    @cached_property
    def names(self) -> dict[str, Definition]:
        """Every module-level name and what binds it."""
        names: dict[str, Definition] = {}
        for statement in flat(self.tree.body):
            for name, definition in definitions(statement):
                # try: import a as b / except ImportError: import c as b; the first import is the intended one
                if not (isinstance(names.get(name), Import) and id(statement) in self._fallbacks):
                    names[name] = definition
        return names

    @cached_property
    def _fallbacks(self) -> frozenset[int]:
        """The statements that only run when an import fails."""
        return frozenset(
            id(fallback)
            for statement in flat(self.tree.body)
            if isinstance(statement, ast.Try)
            for handler in statement.handlers
            for fallback in flat(handler.body)
        )

    @cached_property
    def bound_at(self) -> dict[str, int]:
        """The line on which each module-level name is bound last."""
        return {
            name: statement.lineno for statement in flat(self.tree.body) for name, _ in definitions(statement)
        }

    @cached_property
    def stars(self) -> tuple[tuple[int, Import], ...]:
        """The modules of ``from m import *``, each with its line."""
        return tuple(
            (statement.lineno, Import(statement.module or "", None, statement.level))
            for statement in flat(self.tree.body)
            if isinstance(statement, ast.ImportFrom) and statement.names[0].name == "*"
        )

    @cached_property
    def units(self) -> tuple[Unit, ...]:
        """Every function of the module, outer ones first."""
        return tuple(_units(self.tree.body, "", None, None))

    @cached_property
    def by_qualname(self) -> dict[str, Unit]:
        """Functions by qualified name; of several with one name the last, as at run time."""
        return {unit.qualname: unit for unit in self.units}

    @cached_property
    def classes(self) -> dict[str, ast.ClassDef]:
        """Classes by qualified name."""
        return dict(_classes(self.tree.body, ""))

    @cached_property
    def class_names(self) -> dict[ast.ClassDef, str]:
        """Qualified names by class."""
        return {node: name for name, node in self.classes.items()}

    def slice_of(self, node: ast.stmt) -> Slice:
        """The concrete syntax of a statement (decorators included)."""
        decorators = getattr(node, "decorator_list", [])
        start = min([node.lineno, *(decorator.lineno for decorator in decorators)])
        key = (start, node.end_lineno or node.lineno)
        if key not in self._slices:
            self._slices[key] = Slice(self.lines, *key)
        return self._slices[key]

    def absolute(self, imported: Import) -> str:
        """The dotted module an import names, relative ones resolved against this module."""
        if not imported.level:
            return imported.module
        package = self.name.split(".") if self.name else []
        keep = len(package) - imported.level + self.is_package
        return ".".join([*package[: max(keep, 0)], *([imported.module] if imported.module else [])])


def _occurrences(text: str, words: Words) -> list[int]:
    """Where words begin, in order."""
    if isinstance(words, re.Pattern):
        return [match.start() for match in words.finditer(text)]
    places = []
    for word in words:
        place = text.find(word)
        while place >= 0:
            places.append(place)
            place = text.find(word, place + 1)
    return sorted(places)


def children(node: ast.AST) -> list[ast.AST]:
    """The nodes directly under one. Operators and contexts are left out: who wants to know asks their owner."""
    found: list[ast.AST] = []
    for name in _parts(node._fields):
        value = getattr(node, name, None)
        if type(value) is list:
            found += [item for item in value if isinstance(item, ast.AST)]
        elif isinstance(value, ast.AST):
            found.append(value)
    return found


_NO_NODES = {"ctx", "op", "ops", "id", "attr", "arg", "kind", "type_comment"}
"""Fields that hold no nodes, or such that have no place in the file."""


@cache
def _parts(fields: tuple[str, ...]) -> tuple[str, ...]:
    return tuple(name for name in fields if name not in _NO_NODES)


def walk(node: ast.AST) -> Iterator[ast.AST]:
    """A node and all under it, as ``ast.walk`` has them but for those that ``children`` leaves out, and quicker."""
    waiting = [node]
    while waiting:
        one = waiting.pop()
        yield one
        waiting += children(one)


def own_nodes(node: ast.AST) -> Iterator[ast.AST]:
    """The nodes of a function or statement without those of functions and classes inside it, outer ones first."""
    waiting = [node]
    while waiting:
        inner = [child for child in children(waiting.pop()) if not isinstance(child, _SEPARATE)]
        yield from inner
        waiting += inner


_SEPARATE = (ast.FunctionDef, ast.AsyncFunctionDef, ast.Lambda, ast.ClassDef)


def flat(body: Sequence[ast.stmt]) -> Iterator[ast.stmt]:
    """The statements of a body and of the blocks that run unconditionally or by chance with it (if, try, with)."""
    for statement in body:
        yield statement
        if isinstance(statement, ast.If):
            yield from flat(statement.body)
            yield from flat(statement.orelse)
        elif isinstance(statement, ast.Try):
            yield from flat(statement.body)
            for handler in statement.handlers:
                yield from flat(handler.body)
            yield from flat(statement.orelse)
            yield from flat(statement.finalbody)
        elif isinstance(statement, (ast.With, ast.AsyncWith)):
            yield from flat(statement.body)


def definitions(statement: ast.stmt) -> Iterator[tuple[str, Definition]]:
    """The names that one statement binds."""
    if isinstance(statement, ast.Import):
        for alias in statement.names:
            if alias.asname:
                yield alias.asname, Import(alias.name)
            else:
                top = alias.name.partition(".")[0]
                yield top, Import(top)
    elif isinstance(statement, ast.ImportFrom):
        for alias in statement.names:
            if alias.name != "*":
                yield alias.asname or alias.name, Import(statement.module or "", alias.name, statement.level)
    elif isinstance(statement, (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef)):
        yield statement.name, statement
    elif isinstance(statement, ast.Assign):
        for target in statement.targets:
            for node in ast.walk(target):
                if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store):  # not the x of x.y = z
                    yield node.id, Assigned(statement)
    elif isinstance(statement, ast.AnnAssign) and statement.value and isinstance(statement.target, ast.Name):
        yield statement.target.id, Assigned(statement)


def _units(
    body: Sequence[ast.stmt], prefix: str, owner: ast.ClassDef | None, outer: Unit | None
) -> Iterator[Unit]:
    for statement in _blocks(body):
        if isinstance(statement, (ast.FunctionDef, ast.AsyncFunctionDef)):
            unit = Unit(statement, prefix + statement.name, owner, outer)
            yield unit
            yield from _units(statement.body, f"{unit.qualname}.<locals>.", None, unit)
        elif isinstance(statement, ast.ClassDef):
            yield from _units(statement.body, f"{prefix}{statement.name}.", statement, outer)


def _classes(body: Sequence[ast.stmt], prefix: str) -> Iterator[tuple[str, ast.ClassDef]]:
    for statement in _blocks(body):
        if isinstance(statement, ast.ClassDef):
            yield prefix + statement.name, statement
            yield from _classes(statement.body, f"{prefix}{statement.name}.")
        elif isinstance(statement, (ast.FunctionDef, ast.AsyncFunctionDef)):
            yield from _classes(statement.body, f"{prefix}{statement.name}.<locals>.")


_WITH_BLOCKS = (
    *(ast.If, ast.For, ast.AsyncFor, ast.While, ast.With, ast.AsyncWith, ast.Try, ast.Match),
    getattr(ast, "TryStar", ast.Try),
)


def _blocks(body: Sequence[ast.stmt]) -> Iterator[ast.stmt]:
    """All statements of a scope, whatever block they stand in."""
    for statement in body:
        yield statement
        if not isinstance(statement, _WITH_BLOCKS):
            continue
        for name in ("body", "orelse", "finalbody"):
            yield from _blocks(getattr(statement, name, ()) or ())
        for handler in getattr(statement, "handlers", ()):
            yield from _blocks(handler.body)
        for case in getattr(statement, "cases", ()):
            yield from _blocks(case.body)
