"""Edits as text: applied exactly, with nothing else changed."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Callable, Iterable, Sequence
from itertools import accumulate, pairwise

from losslint.model import Edit, Span
from losslint.source.text import EditRefused, Replacement, SourceText

Place = tuple[int, int]
"""Line and column."""


class Overlap(EditRefused):
    """Two edits want the same stretch of the file."""


def line_starts(lines: Sequence[str]) -> list[int]:
    """The offset at which each line begins, and that of the end."""
    return [0, *accumulate(len(line) for line in lines)]


def offsets(lines: Sequence[str], edits: Iterable[Edit]) -> list[Replacement]:
    """The edits as (start, end, replacement) in characters of the text, in order. Raises Overlap."""
    starts = line_starts(lines)
    found = sorted(
        (
            starts[edit.span.line - 1] + edit.span.column - 1,
            starts[edit.span.end_line - 1] + edit.span.end_column - 1,
            edit.replacement,
        )
        for edit in edits
    )
    for (_, end, _), (start, _, _) in pairwise(found):
        if start < end:
            raise Overlap("edits overlap")
    return found


def applied(source: SourceText, edits: Iterable[Edit]) -> SourceText:
    """The source after some edits. Raises Overlap, or EditRefused for what cannot be changed."""
    return source.edited(offsets(source.lines, edits))


def merged(lines: Sequence[str], edits: Sequence[Edit]) -> Edit:
    """Some edits as one, from the first that begins to the last that ends. Raises Overlap."""
    changes = offsets(lines, edits)
    text = "".join(lines)
    pieces: list[str] = []
    done = changes[0][0]
    for start, end, replacement in changes:
        pieces += (text[done:start], replacement)
        done = end
    line, column = min((edit.span.line, edit.span.column) for edit in edits)
    end_line, end_column = max((edit.span.end_line, edit.span.end_column) for edit in edits)
    return Edit(Span(line, column, end_line, end_column), "".join(pieces))


def origin(source: SourceText, edits: Iterable[Edit]) -> Callable[[Place], Place]:
    """Where a place of the edited text was before; what an edit wrote was where it begins. Raises Overlap."""
    changes = offsets(source.lines, edits)
    after = applied(source, edits)
    old_starts, new_starts = line_starts(source.lines), line_starts(after.lines)

    def place(where: Place) -> Place:
        offset = new_starts[where[0] - 1] + where[1] - 1
        grown = 0
        for start, end, text in changes:
            if offset < start + grown:
                break
            if offset < start + grown + len(text):
                offset = start + grown
                break
            grown += len(text) - (end - start)
        offset -= grown
        line = bisect_right(old_starts, offset) - 1
        return line + 1, offset - old_starts[line] + 1

    return place


def disjoint(one: Iterable[Edit], other: Iterable[Edit]) -> bool:
    """Whether two sets of edits neither overlap nor touch."""
    return all(
        (a.span.end_line, a.span.end_column) < (b.span.line, b.span.column)
        or (b.span.end_line, b.span.end_column) < (a.span.line, a.span.column)
        for a in one
        for b in other
    )
