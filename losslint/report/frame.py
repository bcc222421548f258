"""Source lines with underlined stretches and what is to be said about each, in a fixed width.

Widths are terminal cells: a tab is four of them, an East Asian wide character two, and a control character is
shown as a replacement character, so that a checked file cannot steer the terminal.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from itertools import groupby

from rich.cells import cell_len

from losslint.model import Span
from losslint.report.terminal import printable, wrapped

_BEFORE = 20
"""Characters of context left of a mark in a line that is too long to show whole."""
_LINES_OF_A_MARK = 3
_LABEL_WIDTH = 40
_ELLIPSIS = "…"


@dataclass(frozen=True, slots=True)
class Mark:
    """A stretch to underline. ``primary`` is the place of the finding, the others explain it."""

    span: Span
    label: str
    primary: bool


@dataclass(frozen=True, slots=True)
class Row:
    """One row of a frame: the line number or nothing, and the text. ``kind`` tells a painter what it is."""

    number: int | None
    text: str
    kind: str


SOURCE, PRIMARY, SECONDARY, GAP = "source", "primary", "secondary", "gap"


def frame(marks: Sequence[Mark], lines: Sequence[str], width: int) -> Iterator[Row]:
    """Each marked source line, under it a row per mark, and a gap where lines are left out."""
    shown_to: int | None = None
    for number, group in groupby(sorted(marks, key=_place), key=lambda mark: mark.span.line):
        if not 1 <= number <= len(lines):
            continue
        if shown_to is not None and number > shown_to + 1:
            yield Row(None, "...", GAP)
        on_line = list(group)
        yield from _marked_line(number, lines[number - 1].rstrip("\r\n"), on_line, width)
        shown_to = max(shown_to or 0, number)
        primary_end = max((mark.span.end_line for mark in on_line if mark.primary), default=number)
        others = {mark.span.line for mark in marks}
        for following in range(number + 1, min(primary_end, number + _LINES_OF_A_MARK) + 1):
            if following in others or following > len(lines):
                break
            yield Row(following, cut(printable(lines[following - 1][: 2 * width].rstrip()), width), SOURCE)
            shown_to = following


def cut(text: str, width: int) -> str:
    """At most ``width`` cells of the text, with an ellipsis where it was cut."""
    if cell_len(text) <= width:
        return text
    while cell_len(text) >= width:
        text = text[: -max(1, (cell_len(text) - width) // 2)]
    return text + _ELLIPSIS


def _place(mark: Mark) -> tuple[int, int, bool]:
    return mark.span.line, mark.span.column, not mark.primary


def _marked_line(number: int, line: str, marks: Sequence[Mark], width: int) -> Iterator[Row]:
    if len(line) <= width and cell_len(printable(line)) <= width:
        yield Row(number, printable(line), SOURCE)
        for mark in marks:
            yield from _underline(line, 0, mark, width)
        return
    # Too long to show whole: a mark gets the part of the line around it, and so do those that begin there too.
    for start, near in groupby(marks, key=_window(line, width)):
        prefix = _ELLIPSIS if start else ""
        part = line[start : start + width]
        rest = len(line) > start + width
        shown = cut(prefix + printable(part) + (_ELLIPSIS if rest else ""), width)
        yield Row(number, shown, SOURCE)
        for mark in near:
            yield from _underline(prefix + part, start - len(prefix), mark, width)


def _window(line: str, width: int) -> Callable[[Mark], int]:
    """Where the part of a line begins that is shown for a mark: where it did for the last one, if that will do."""
    start: int | None = None

    def window(mark: Mark) -> int:
        nonlocal start
        first = mark.span.column - 1
        last = mark.span.end_column - 1 if mark.span.end_line == mark.span.line else len(line)
        if start is None or not start <= first or min(last, first + _BEFORE) > start + width - 2:
            start = max(first - _BEFORE, 0)
        return start

    return window


def _underline(line: str, offset: int, mark: Mark, width: int) -> Iterator[Row]:
    """``line`` begins at character ``offset`` of the source line."""
    span = mark.span
    first = max(span.column - 1 - offset, 0)
    last = span.end_column - 1 - offset if span.end_line == span.line else len(line.rstrip())
    indent = min(cell_len(printable(line[:first])), width - 1)
    length = max(1, min(cell_len(printable(line[first:last])), width - indent))
    kind = PRIMARY if mark.primary else SECONDARY
    drawn = " " * indent + ("^" if mark.primary else "-") * length
    if mark.label and cell_len(drawn) + 1 + cell_len(mark.label) <= width:
        yield Row(None, f"{drawn} {mark.label}", kind)
        return
    yield Row(None, drawn, kind)
    # Beside the mark there is no room; below it there is, and a mark far to the right gets some to its left.
    start = min(indent, max(width - _LABEL_WIDTH, 0))
    for part in wrapped(mark.label, width - start):
        yield Row(None, " " * start + part, kind)
