"""The program under analysis: its modules, and what a dotted name stands for."""

from __future__ import annotations

import ast
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from itertools import islice

from losslint.source.index import ModuleIndex
from losslint.source.slices import Slice

from .optable import OpTable
from .scope import ClassRef, Scope
from .values import Class

Finder = Callable[[str], ModuleIndex | None]
"""Finds a module of the project by its dotted name; ``None`` if it is none of the project's."""


@dataclass(eq=False)
class Program:
    """Modules by name, with their global scopes. ``find`` reaches further modules of the project."""

    table: OpTable
    find: Finder
    _scopes: dict[int, Scope] = field(default_factory=dict)
    _inherited: int = 0

    def branch(self) -> Program:
        """The program as it is known now; what becomes known in the branch stays there."""
        return Program(self.table, self.find, dict(self._scopes), len(self._scopes))

    def scope_of(self, index: ModuleIndex) -> Scope:
        """The global scope of a module. Its slice is empty: every statement has a slice of its own."""
        scope = self._scopes.get(id(index))
        if scope is None:
            scope = self._scopes[id(index)] = Scope(index, Slice(index.lines, 1, 0))
        return scope

    @property
    def own_scopes(self) -> Iterable[Scope]:
        """The global scopes of modules that became known here, and not before the branch."""
        return islice(self._scopes.values(), self._inherited, None)

    def tabled(self, name: str) -> bool:
        """Whether the tables know the name or something under it."""
        prefixes = self.table.prefixes
        return name in prefixes or self.table.canonical(name) in prefixes


def class_value(index: ModuleIndex, node: ast.ClassDef, qualname: str, scope: Scope | None = None) -> Class:
    """A class of the program."""
    return Class(ClassRef(index, qualname, node, scope))
