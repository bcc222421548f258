"""Where names live: closures, classes and modules of the analysed program."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from dataclasses import field
from typing import TYPE_CHECKING

import libcst as cst

from losslint.frozen import dataclass
from losslint.source.index import ModuleIndex
from losslint.source.slices import Site, Slice

if TYPE_CHECKING:
    from .values import Value


class Names(dict[str, "Value"]):
    """What the names of one activation stand for, at one point of it; branches lead on from there.

    ``bound`` are those that were bound since the names that these branched off from, ``before``. So a join looks at
    what its branches have bound, and not at every name there is.
    """

    __slots__ = ("before", "bound")

    def __init__(self, before: Names | None = None) -> None:
        super().__init__(before or ())
        self.before = before
        self.bound: dict[str, None] = {}

    def __setitem__(self, name: str, value: Value) -> None:
        self.bound[name] = None
        super().__setitem__(name, value)

    def bound_since(self, start: Names) -> Iterator[str]:
        """The names that were bound on the way here from ``start``, perhaps more than once."""
        here: Names | None = self
        while here is not None and here is not start:
            yield from here.bound
            here = here.before

    def leading_to(self, end: Names) -> Names:
        """The names at ``end``, the only place that is reached from here, as if nothing had branched off."""
        end.bound = {**self.bound, **dict.fromkeys(end.bound_since(self))}
        end.before = self.before
        return end

    def joined(self) -> Names:
        """The names from here on where several branches that led on from here meet again."""
        names = Names(self)
        names.before, names.bound = self.before, dict(self.bound)
        return names


@dataclass(eq=False, slots=True)
class Scope:
    """The local names of one function activation (or of a module); ``outer`` is the lexically enclosing one."""

    module: ModuleIndex
    slice: Slice
    qualname: str = ""
    outer: Scope | None = None
    names: Names = field(default_factory=Names)
    owner: ClassRef | None = None
    """The class whose method this is, for ``super()``."""
    this: Value | None = None
    """What ``self`` is bound to."""

    def site(self, node: cst.CSTNode) -> Site:
        """The place of a node."""
        return Site(self.slice, node)


@dataclass(frozen=True, slots=True, eq=False)
class Closure:
    """A function or lambda and the scope it was made in. ``defaults`` were evaluated there."""

    node: cst.FunctionDef | cst.Lambda
    scope: Scope
    qualname: str
    defaults: dict[str, Value] = field(default_factory=dict)
    owner: ClassRef | None = None
    kind: str = "function"
    """``function``, ``staticmethod``, ``classmethod`` or ``property``, by decorator."""

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Closure) and self.node is other.node and self.scope is other.scope

    def __hash__(self) -> int:
        return hash((id(self.node), id(self.scope)))


@dataclass(frozen=True, slots=True)
class ClassRef:
    """A class of a module; ``scope`` is the function it is defined in, if any."""

    module: ModuleIndex
    qualname: str
    node: ast.ClassDef
    scope: Scope | None = None

    def __eq__(self, other: object) -> bool:
        return isinstance(other, ClassRef) and self.node is other.node

    def __hash__(self) -> int:
        return id(self.node)


@dataclass(frozen=True, slots=True)
class ModuleRef:
    """A module of the project."""

    index: ModuleIndex

    def __eq__(self, other: object) -> bool:
        return isinstance(other, ModuleRef) and self.index is other.index

    def __hash__(self) -> int:
        return id(self.index)


__all__ = ["ClassRef", "Closure", "ModuleRef", "Names", "Scope", "Site", "Slice"]
