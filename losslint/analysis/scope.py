"""Where names live: closures, classes and modules of the analysed program."""

from __future__ import annotations

import ast
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import libcst as cst

from losslint.source.index import ModuleIndex
from losslint.source.slices import Site, Slice

if TYPE_CHECKING:
    from .values import Value


@dataclass(eq=False, slots=True)
class Scope:
    """The local names of one function activation (or of a module); ``outer`` is the lexically enclosing one."""

    module: ModuleIndex
    slice: Slice
    qualname: str = ""
    outer: Scope | None = None
    names: dict[str, Value] = field(default_factory=dict)
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


__all__ = ["ClassRef", "Closure", "ModuleRef", "Scope", "Site", "Slice"]
