"""What of a notebook's cell is Python: IPython's magics, shell lines and help questions are taken out.

The rules are those of ``IPython.core.inputtransformer2``. What is taken out leaves a statement in its place,
so that a block which holds nothing else stays one.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from losslint.frozen import dataclass

PYTHON_CELLS = frozenset(
    [
        "capture",
        "debug",
        "ipytest",
        "memit",
        "prun",
        "pypy",
        "python",
        "python3",
        "scalene",
        "time",
        "timeit",
        "wandb",
    ]
)
"""Cell magics whose body is Python that runs in the notebook, or may as well."""

_NOTHING = "pass"
_UNKNOWN = "get_ipython()"
"""A call that nobody can follow: what a magic returns."""

_CELL_MAGIC = re.compile(r"\s*%%(\w*)[^\n]*(?:\n|\Z)")
_INDENT = re.compile(r"(?:[ \t]*(?:\r\n|\r|\n))*([ \t]*)")
_SUSPICIOUS = re.compile(r"^[ \t]*[%!?,;/]|\?[ \t;]*$|=[ \t]*[%!]", re.MULTILINE)

# At the start of a logical line, none of these is ever Python.
_LINE_MAGIC = re.compile(r"[ \t]*[%!?,;/]")
_TIMED = re.compile(r"[ \t]*%time[ \t]+(?=[^\s-])")
_ASSIGNED = re.compile(r"[\w.,*\[\] \t]+=[ \t]*(?=[%!])")
_QUESTION = re.compile(r"[^#\"'\r\n]*\?[ \t;]*(?=[\r\n]|\Z)")

_CONTINUED = re.compile(r"[^\r\n]*?(?:\\(?:\r\n|\r|\n)[^\r\n]*?)*(?=[\r\n]|\Z)")
_LEXEME = re.compile(
    r"""
      (?P<string> \"{3} (?:[^\\]|\\.)*? (?:\"{3}|\Z) | '{3} (?:[^\\]|\\.)*? (?:'{3}|\Z)
                | " (?:[^"\\\r\n]|\\.)* "? | ' (?:[^'\\\r\n]|\\.)* '? )
    | (?P<comment> \#[^\r\n]* )
    | (?P<open> [(\[{] )
    | (?P<close> [)\]}] )
    | (?P<joined> \\ (?:\r\n|\r|\n) )
    | (?P<end> \r\n|\r|\n )
    | [^\"'\#()\[\]{}\\\r\n]+ | \\
    """,
    re.VERBOSE | re.DOTALL,
)
_LINE_START = re.compile(r"^", re.MULTILINE)


@dataclass(frozen=True, slots=True)
class Part:
    """A stretch of Python. ``at`` is where it stands in the cell; None for a stand-in."""

    text: str
    at: int | None


def python_of(cell: str) -> tuple[Part, ...]:
    """The Python of a cell, in order; nothing for a cell in another language such as ``%%bash``."""
    start = 0
    if magic := _CELL_MAGIC.match(cell):
        if magic[1] not in PYTHON_CELLS:
            return ()
        start = magic.end()
    indent = _INDENT.match(cell, start)
    assert indent is not None
    if not indent[1] and not _SUSPICIOUS.search(cell, start):
        return (Part(cell[start:], start),) if cell[start:].strip() else ()
    return tuple(_kept(cell, start, sorted([*_dedents(cell, start, indent[1]), *_cuts(cell, start)])))


def _kept(cell: str, start: int, cuts: list[tuple[int, int, str]]) -> Iterator[Part]:
    for first, end, stand_in in cuts:
        if start < first:
            yield Part(cell[start:first], start)
        if stand_in:
            yield Part(stand_in, None)
        start = max(start, end)
    if start < len(cell):
        yield Part(cell[start:], start)


def _dedents(cell: str, start: int, indent: str) -> Iterator[tuple[int, int, str]]:
    """IPython takes the first line's indentation off every line that has it."""
    if indent:
        for line in _LINE_START.finditer(cell, start):
            if cell.startswith(indent, line.start()):
                yield line.start(), line.start() + len(indent), ""


def _cuts(cell: str, at: int) -> Iterator[tuple[int, int, str]]:
    """What is not Python: where it starts and ends, and what stands in for it."""
    while at < len(cell):
        end = _end_of_continued(cell, at)
        indentation = len(cell[at:end]) - len(cell[at:end].lstrip(" \t"))
        if timed := _TIMED.match(cell, at):
            yield at + indentation, timed.end(), ""
            at = _end_of_logical(cell, timed.end())
        elif _LINE_MAGIC.match(cell, at):
            yield at + indentation, end, _NOTHING
            at = _past_newline(cell, end)
        elif assigned := _ASSIGNED.match(cell, at):
            yield assigned.end(), end, _UNKNOWN
            at = _past_newline(cell, end)
        elif question := _QUESTION.match(cell, at):
            yield at + indentation, question.end(), _NOTHING
            at = _past_newline(cell, question.end())
        else:
            at = _end_of_logical(cell, at)


def _end_of_continued(cell: str, at: int) -> int:
    """The end of a line and of those that backslashes join to it."""
    match = _CONTINUED.match(cell, at)
    assert match is not None
    return match.end()


def _past_newline(cell: str, at: int) -> int:
    return at + (2 if cell.startswith("\r\n", at) else 1)


def _end_of_logical(cell: str, at: int) -> int:
    """The start of the line after a statement of Python, whatever brackets and strings it holds."""
    depth = 0
    while at < len(cell):
        lexeme = _LEXEME.match(cell, at)
        assert lexeme is not None
        at = lexeme.end()
        if lexeme.lastgroup == "open":
            depth += 1
        elif lexeme.lastgroup == "close":
            depth = max(depth - 1, 0)
        elif lexeme.lastgroup == "end" and not depth:
            break
    return at
