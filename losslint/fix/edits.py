"""Edits as text: applied exactly, with nothing else changed."""

from __future__ import annotations

import codecs
from collections.abc import Iterable, Sequence
from dataclasses import replace
from itertools import pairwise

from losslint.model import Edit
from losslint.source.text import SourceText


class Overlap(ValueError):
    """Two edits want the same stretch of the file."""


def offsets(lines: Sequence[str], edits: Iterable[Edit]) -> list[tuple[int, int, str]]:
    """The edits as (start, end, replacement) in characters of the text, in order. Raises Overlap."""
    starts = [0]
    for line in lines:
        starts.append(starts[-1] + len(line))
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
    """The source after some edits. Raises Overlap."""
    pieces: list[str] = []
    done = 0
    for start, end, text in offsets(source.lines, edits):
        pieces += (source.text[done:start], text)
        done = end
    pieces.append(source.text[done:])
    return replace(source, text="".join(pieces))


def disjoint(one: Iterable[Edit], other: Iterable[Edit]) -> bool:
    """Whether two sets of edits neither overlap nor touch."""
    return all(
        (a.span.end_line, a.span.end_column) < (b.span.line, b.span.column)
        or (b.span.end_line, b.span.end_column) < (a.span.line, a.span.column)
        for a in one
        for b in other
    )


def encoded(source: SourceText) -> bytes:
    """The source as the bytes of its file. Raises UnicodeEncodeError for what its encoding has no bytes for."""
    return (codecs.BOM_UTF8 if source.bom else b"") + source.text.encode(source.encoding)
