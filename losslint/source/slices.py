"""Concrete syntax for exactly the stretch of a file that matters.

A whole-file libcst parse is the slowest thing a linter on libcst does; a loss function is a few dozen lines of its
file. A slice is parsed on its own and still answers with positions in the file.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import field, fields
from functools import cache, cached_property
from typing import TYPE_CHECKING

import libcst as cst
from libcst.metadata import MetadataWrapper, PositionProvider

from losslint.frozen import dataclass
from losslint.model import Span

if TYPE_CHECKING:
    from collections.abc import Mapping

    from libcst.metadata import CodeRange

INDENTED = "if 1:\n"
"""Put before an indented slice so that it parses without being moved sideways."""


def parts_of(node: cst.CSTNode) -> Iterator[cst.CSTNode]:
    """The nodes directly under one, white space left out. ``node.children`` makes a copy of the tree to find them."""
    for name in _parts(type(node)):
        value = getattr(node, name)
        if isinstance(value, (list, tuple)):
            yield from value
        elif hasattr(value, "__dataclass_fields__"):
            yield value


@cache
def _parts(kind: type[cst.CSTNode]) -> tuple[str, ...]:
    return tuple(each.name for each in fields(kind) if "whitespace" not in each.name)


@dataclass(eq=False)
class Slice:
    """The lines ``start`` to ``end`` (counted from 1, both included) of a file, as concrete syntax."""

    lines: Sequence[str] = field(repr=False)
    start: int
    end: int

    @cached_property
    def _indented(self) -> bool:
        return self.lines[self.start - 1][:1] in (" ", "\t", "\f")

    @cached_property
    def module(self) -> cst.Module:
        """The parsed lines. Raises ``libcst.ParserSyntaxError`` where libcst knows less than the interpreter."""
        code = "".join(self.lines[self.start - 1 : self.end])
        return cst.parse_module(INDENTED + code if self._indented else code)

    @cached_property
    def body(self) -> Sequence[cst.BaseStatement | cst.SimpleStatementLine]:
        """The statements of the slice."""
        if not self._indented:
            return self.module.body
        block = self.module.body[0]
        assert isinstance(block, cst.If)
        return block.body.body  # type: ignore[return-value]

    @property
    def shift(self) -> int:
        """How many lines of the file stand before the first of the parsed module."""
        return self.start - 1 - self._indented

    @cached_property
    def _positions(self) -> Mapping[cst.CSTNode, CodeRange]:
        # The tree is never changed, so the wrapper need not copy it.
        return MetadataWrapper(self.module, unsafe_skip_copy=True).resolve(PositionProvider)

    def span(self, node: cst.CSTNode) -> Span:
        """Where a node of this slice stands in the file."""
        where, shift = self._positions[node], self.shift
        return Span(
            where.start.line + shift, where.start.column + 1, where.end.line + shift, where.end.column + 1
        )


@dataclass(frozen=True, slots=True)
class Site:
    """A node of a slice: a place in a file, whose line and column are only computed when somebody asks."""

    slice: Slice
    node: cst.CSTNode

    @property
    def span(self) -> Span:
        """The place in the file."""
        return self.slice.span(self.node)
