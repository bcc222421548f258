"""``--add-noqa``: the comments that silence findings, as edits.

A comment goes to the end of the line on which the finding begins; where that ends inside a string or with a
backslash, to the next of its lines that does not, or to the end of the statement. A ``noqa`` that is there
already, for whatever tool, takes the codes in.
"""

from __future__ import annotations

import re
import tokenize
from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass

from losslint.model import Edit, Finding, Span
from losslint.source.comments import noqa_in, tokens
from losslint.source.text import SourceText

# Before Python 3.12 an f-string is one token; from then on lines can end inside of one as well.
_OPENING = frozenset(getattr(tokenize, f"{kind}STRING_START", -1) for kind in "FT")
_CLOSING = frozenset(getattr(tokenize, f"{kind}STRING_END", -1) for kind in "FT")

_END_OF_LINE = re.compile(r"[\r\n]*\Z")


@dataclass(frozen=True, slots=True)
class _LineEnd:
    """The end of a line that can hold a comment: the comment there is, and whether a statement ends with it."""

    comment: str
    ends_statement: bool


def silencing(source: SourceText, findings: Iterable[Finding]) -> tuple[Edit, ...]:
    """The edits after which these findings are silenced, none for those that no comment can silence."""
    ends = _line_ends(source)
    wanted: defaultdict[int, set[str]] = defaultdict(set)
    for finding in findings:
        line = _place(finding.span, ends)
        if line is not None:
            wanted[line].add(finding.code)
    return tuple(
        _edit(line, source.lines[line - 1], ends[line].comment, sorted(codes))
        for line, codes in sorted(wanted.items())
    )


def _place(span: Span, ends: dict[int, _LineEnd]) -> int | None:
    """The line for a comment: the first of the finding's own that can hold one, else the end of its statement."""
    own = (line for line in range(span.line, span.end_line + 1) if line in ends)
    later = (line for line, end in ends.items() if line > span.end_line and end.ends_statement)
    return next(own, next(later, None))


def _line_ends(source: SourceText) -> dict[int, _LineEnd]:
    ends: dict[int, _LineEnd] = {}
    depth, comment = 0, ""
    for token in tokens(source.text):
        if token.type in _OPENING:
            depth += 1
        elif token.type in _CLOSING:
            depth -= 1
        elif token.type == tokenize.COMMENT:
            comment = token.string
        elif token.type in (tokenize.NL, tokenize.NEWLINE):
            if not depth:
                ends[token.start[0]] = _LineEnd(comment, token.type == tokenize.NEWLINE)
            comment = ""
    return ends


def _edit(line: int, text: str, comment: str, codes: list[str]) -> Edit:
    """The codes at the end of a line, or in the ``noqa`` that its comment holds."""
    match = _END_OF_LINE.search(text)
    assert match is not None
    end = match.start()
    there = noqa_in(comment)
    if there is None or there.codes is None:
        gap = "" if text[:end].endswith("  ") else " " if text[:end].endswith((" ", "\t")) else "  "
        return _insertion(line, end, f"{gap}# noqa: {', '.join(codes)}")
    missing = [code for code in codes if not any(code.startswith(known) for known in there.codes)]
    at = end - len(comment) + there.end
    return _insertion(line, at, "".join(f", {code}" for code in missing))


def _insertion(line: int, offset: int, text: str) -> Edit:
    return Edit(Span(line, offset + 1, line, offset + 1), text)
