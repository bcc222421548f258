"""Places: ours are lines and columns from 1 in characters, a client's are from 0 in units of an encoding.

The units were agreed on when the client introduced itself: UTF-16 unless it prefers another. Lines end at
``\\n``, ``\\r\\n`` and ``\\r``, for Python as for the protocol.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property

from lsprotocol import types

from losslint.fix.edits import line_starts
from losslint.model import Span
from losslint.source.text import split_lines

BOM = "\ufeff"
UTF16 = "utf-16"
_CODECS = {"utf-8": ("utf-8", 1), UTF16: ("utf-16-le", 2)}
"""The codec that writes a unit, and the bytes of one. A unit of UTF-32 is a character."""


def units(text: str, encoding: str) -> int:
    """How many units of the encoding a text takes."""
    if encoding not in _CODECS or text.isascii():
        return len(text)
    codec, size = _CODECS[encoding]
    return len(text.encode(codec, "surrogatepass")) // size


def characters(text: str, count: int, encoding: str) -> int:
    """How many characters of a text its first units make; a character that is cut does not count."""
    if encoding not in _CODECS or text.isascii():
        return min(count, len(text))
    codec, size = _CODECS[encoding]
    return len(text.encode(codec, "surrogatepass")[: count * size].decode(codec, "ignore"))


@dataclass(frozen=True)
class Positions:
    """The places of one text as the client holds it. A BOM that it leaves in front is no column of ours."""

    text: str
    encoding: str = UTF16

    @cached_property
    def lines(self) -> Sequence[str]:
        """The lines with their ends, the BOM in the first."""
        return split_lines(self.text)

    @cached_property
    def starts(self) -> Sequence[int]:
        """The offset at which each line begins, and that of the end."""
        return line_starts(self.lines)

    def _before(self, line: int) -> int:
        """The characters in front of a line's first column (line from 0)."""
        return int(line == 0 and self.text.startswith(BOM))

    def position(self, line: int, column: int) -> types.Position:
        """A place of ours, kept inside the text."""
        row = line - 1
        if row >= len(self.lines):
            return self.end
        content = self.lines[row].rstrip("\r\n")
        return types.Position(row, units(content[: max(column - 1, 0) + self._before(row)], self.encoding))

    def range(self, span: Span) -> types.Range:
        """A stretch of ours."""
        return types.Range(
            self.position(span.line, span.column), self.position(span.end_line, span.end_column)
        )

    @property
    def end(self) -> types.Position:
        """Behind the last character."""
        if not self.lines or self.lines[-1].endswith(("\n", "\r")):
            return types.Position(len(self.lines), 0)
        return types.Position(len(self.lines) - 1, units(self.lines[-1], self.encoding))

    @property
    def whole(self) -> types.Range:
        """All of the text."""
        return types.Range(types.Position(0, 0), self.end)

    def column(self, position: types.Position) -> int:
        """The column of a client's place, from 0 in characters of its line; behind the line is at its end."""
        if position.line >= len(self.lines):
            return 0
        content = self.lines[position.line].rstrip("\r\n")
        return characters(content, position.character, self.encoding)

    def place(self, position: types.Position) -> tuple[int, int]:
        """A client's place as line and column of ours."""
        return position.line + 1, max(self.column(position) - self._before(position.line), 0) + 1

    def offset(self, position: types.Position) -> int:
        """The characters in front of a client's place."""
        if position.line >= len(self.lines):
            return len(self.text)
        return self.starts[position.line] + self.column(position)


def replaced(text: str, change: types.Range, new: str, encoding: str) -> str:
    """The text after a client replaced a range of it."""
    positions = Positions(text, encoding)
    start, end = positions.offset(change.start), positions.offset(change.end)
    return text[:start] + new + text[max(start, end) :]


def within(place: tuple[int, int], span: Span) -> bool:
    """Whether a place (line and column) lies in a stretch, or just behind it."""
    return (span.line, span.column) <= place <= (span.end_line, span.end_column)


def overlap(one: types.Range, other: types.Range) -> bool:
    """Whether two ranges share a character, or one is empty and touches the other."""

    def key(position: types.Position) -> tuple[int, int]:
        return position.line, position.character

    return key(one.start) <= key(other.end) and key(other.start) <= key(one.end)
