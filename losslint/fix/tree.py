"""Questions to concrete syntax that has no parents: what is around a node, and which names it can see."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING

import libcst as cst
from libcst.metadata import MetadataWrapper, WhitespaceInclusivePositionProvider

from losslint.model import Span
from losslint.source.slices import Slice

if TYPE_CHECKING:
    from collections.abc import Mapping

    from libcst.metadata import CodeRange

FUNCTIONS = (cst.FunctionDef, cst.Lambda)
_BINDERS = (cst.AssignTarget, cst.AnnAssign, cst.AugAssign, cst.For, cst.CompFor, cst.NamedExpr, cst.AsName)


def code_of(node: cst.CSTNode) -> str:
    """The source text of a node."""
    return cst.Module([]).code_for_node(node)


def nodes_of(node: cst.CSTNode) -> Iterator[cst.CSTNode]:
    """A node and everything in it, in the order of the source."""
    yield node
    for child in node.children:
        yield from nodes_of(child)


@dataclass(frozen=True, eq=False)
class Tree:
    """One slice and the way from its nodes to their surroundings."""

    slice: Slice

    @cached_property
    def _parents(self) -> dict[cst.CSTNode, cst.CSTNode]:
        parents: dict[cst.CSTNode, cst.CSTNode] = {}
        for node in nodes_of(self.slice.module):
            for child in node.children:
                parents[child] = node
        return parents

    @cached_property
    def _inclusive(self) -> Mapping[cst.CSTNode, CodeRange]:
        wrapper = MetadataWrapper(self.slice.module, unsafe_skip_copy=True)
        return wrapper.resolve(WhitespaceInclusivePositionProvider)

    def parent(self, node: cst.CSTNode) -> cst.CSTNode | None:
        """The node around a node."""
        return self._parents.get(node)

    def around(self, node: cst.CSTNode) -> Iterator[cst.CSTNode]:
        """The nodes around a node, innermost first."""
        outer = self.parent(node)
        while outer is not None:
            yield outer
            outer = self.parent(outer)

    def functions(self, node: cst.CSTNode) -> list[cst.FunctionDef | cst.Lambda]:
        """The functions around a node, innermost first."""
        return [outer for outer in self.around(node) if isinstance(outer, FUNCTIONS)]

    def span(self, node: cst.CSTNode) -> Span:
        """Where a node stands in the file, parentheses of its own included."""
        inside = self.slice.span(node)
        if not getattr(node, "lpar", ()):
            return inside
        whole, shift = self._inclusive[node], self.slice.shift
        return Span(
            whole.start.line + shift, whole.start.column + 1, whole.end.line + shift, whole.end.column + 1
        )

    def sees(self, node: cst.CSTNode, name: str, function: cst.FunctionDef | cst.Lambda) -> bool:
        """Whether ``name``, local to ``function``, is certainly bound at ``node``, and for good.

        Every binding stands before the node, and the last one cannot be skipped on the way to it.
        """
        bindings = [
            found for found in nodes_of(function.body) if _binds(found, name) and self._own(found, function)
        ]
        where = self.span(node)
        begin = (where.line, where.column)
        outside = [found for found in bindings if found not in set(self.around(node))]
        if any((self.span(found).line, self.span(found).column) >= begin for found in outside):
            return False
        if any(
            isinstance(found, cst.AssignTarget) and self._statement(found) is self._statement(node)
            for found in bindings
        ):
            return False
        if name in _parameters(function):
            return True
        return bool(bindings) and self._certain(bindings[-1], node)

    def _own(self, node: cst.CSTNode, function: cst.CSTNode) -> bool:
        return next((outer for outer in self.around(node) if isinstance(outer, FUNCTIONS)), None) is function

    def _statement(self, node: cst.CSTNode) -> cst.CSTNode | None:
        return next((outer for outer in self.around(node) if isinstance(outer, cst.BaseSmallStatement)), None)

    def _certain(self, binding: cst.CSTNode, node: cst.CSTNode) -> bool:
        """The block that a binding stands in is around the node too."""
        around = set(self.around(node))
        if isinstance(binding, (cst.For, cst.CompFor)):
            return binding in around
        block = next(
            (
                outer
                for outer in self.around(binding)
                if isinstance(outer, (cst.IndentedBlock, cst.SimpleStatementSuite, cst.Module))
            ),
            None,
        )
        return block in around


def _binds(node: cst.CSTNode, name: str) -> bool:
    if not isinstance(node, _BINDERS):
        return False
    target = node.name if isinstance(node, cst.AsName) else node.target
    return any(isinstance(part, cst.Name) and part.value == name for part in _targets(target))


def _targets(target: cst.CSTNode) -> Iterator[cst.CSTNode]:
    if isinstance(target, (cst.Tuple, cst.List)):
        for element in target.elements:
            yield from _targets(element.value)
    else:
        yield target


def _parameters(function: cst.FunctionDef | cst.Lambda) -> set[str]:
    params = function.params
    return {each.name.value for each in (*params.posonly_params, *params.params, *params.kwonly_params)}
