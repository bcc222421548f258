"""A Jupyter notebook as a source file: its code cells joined into one module, with a map back.

The joined text is what everything else reads, and its lines are the lines of spans and findings. ``in_cell``
says where a place is for a person (cell, and line in the cell), ``in_file`` where it is in the JSON, for
programs that know files only. An edit changes the source strings of the cells that it touches; every other
byte of the file stays.

Cells are numbered from 1 in the order of the file, text cells counted. Between two cells of code stands a
``pass`` of ours, so that a comment or a block at the end of one does not reach into the next.
"""

from __future__ import annotations

import codecs
import json
import re
from bisect import bisect_right
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from difflib import SequenceMatcher
from functools import cached_property
from itertools import accumulate
from typing import Any

from losslint.frozen import dataclass
from losslint.model import Span

from .magics import python_of
from .text import (
    EditRefused,
    OtherLanguage,
    ParseFailure,
    Replacement,
    SourceText,
    split_lines,
    without_warnings,
)

SEPARATOR = "pass\n"


@dataclass(frozen=True, slots=True)
class Cell:
    """A cell of Python: its number, its place among the JSON's cells, and its source."""

    number: int
    path: tuple[str | int, ...]
    source: str


@dataclass(frozen=True, slots=True)
class Piece:
    """A stretch ``start:end`` of the joined text that is ``at:until`` of the source of the cell ``of``.

    ``of`` is an index into ``cells``.
    """

    start: int
    end: int
    of: int
    at: int
    until: int


@dataclass(frozen=True)
class Notebook(SourceText):
    """The joined text of a notebook, with the JSON it came from."""

    document: str = ""
    cells: tuple[Cell, ...] = ()
    pieces: tuple[Piece, ...] = ()
    broken: tuple[tuple[int, ParseFailure], ...] = ()
    """The cells that do not parse, each by its index in ``cells``: in the joined text they are blank."""

    # -- where things are ---------------------------------------------------------------------------------

    def in_cell(self, span: Span) -> Span:
        """The stretch with its cell, and lines counted in the cell."""
        of, first = self._start_of(span)
        last = max(self._source_offset(of, span.end_line, span.end_column), first)
        lines = split_lines(self.cells[of].source)
        return Span(*_place(lines, first), *_place(lines, last), cell=self.cells[of].number)

    @property
    def failures(self) -> tuple[ParseFailure, ...]:
        """The errors of the cells that do not parse, as the kernel would run them: the others are read without them."""
        return tuple(failure for _, failure in self.broken)

    def in_file(self, span: Span) -> Span:
        """The stretch in the JSON of the file."""
        of, first = self._start_of(span)
        last = max(self._source_offset(of, span.end_line, span.end_column), first)
        start, end = self._raw_offset(of, first), self._raw_offset(of, last)
        return Span(*_place(self.file_lines, start), *_place(self.file_lines, max(start, end)))

    def lines_of(self, cell: int | None) -> Sequence[str]:
        """The lines of a cell, by its number; the joined ones without it."""
        if cell is None:
            return self.lines
        return next((split_lines(each.source) for each in self.cells if each.number == cell), ())

    def escaped(self, text: str) -> str:
        """Text as it is written between the quotes of this JSON."""
        return json.dumps(text, ensure_ascii=self._is_ascii)[1:-1]

    @cached_property
    def file_lines(self) -> tuple[str, ...]:
        """The lines of the JSON."""
        return split_lines(self.document)

    def _start_of(self, span: Span) -> tuple[int, int]:
        """The cell and the offset in it at which a stretch starts."""
        offset = self._offset(span.line, span.column)
        at = bisect_right(self._starts, offset) - 1
        if at < 0 or offset > self.pieces[at].end:  # in a stand-in: what follows it, or what it follows
            at = min(at + 1, len(self.pieces) - 1)
        piece = self.pieces[at]
        return piece.of, piece.at + min(max(offset - piece.start, 0), piece.until - piece.at)

    def _source_offset(self, of: int, line: int, column: int) -> int:
        """The offset in a cell of the end of a stretch: no further than the cell goes."""
        offset = self._offset(line, column)
        mine = [piece for piece in self.pieces if piece.of == of]
        piece = next((piece for piece in reversed(mine) if piece.start < offset), mine[0])
        return piece.at + min(max(offset - piece.start, 0), piece.until - piece.at)

    def _offset(self, line: int, column: int) -> int:
        return self._line_starts[min(line - 1, len(self._line_starts) - 1)] + column - 1

    @cached_property
    def _starts(self) -> list[int]:
        return [piece.start for piece in self.pieces]

    @cached_property
    def _line_starts(self) -> list[int]:
        return [0, *accumulate(len(line) for line in self.lines)]

    # -- changing it --------------------------------------------------------------------------------------

    @property
    def no_module(self) -> str:
        """Nobody imports a notebook."""
        return "a notebook is no module"

    def edited(self, replacements: Sequence[Replacement]) -> Notebook:
        """The notebook after some replacements. Raises EditRefused for one outside the code of one cell."""
        plain = super().edited(replacements)
        homes = [self._home(start, end) for start, end, _ in replacements]
        pieces, grown = [], 0
        for number, piece in enumerate(self.pieces):
            start = piece.start + grown
            grown += sum(
                len(text) - (end - begin)
                for (begin, end, text), home in zip(replacements, homes, strict=True)
                if home == number
            )
            pieces.append(replace(piece, start=start, end=piece.end + grown))
        return replace(self, text=plain.text, pieces=tuple(pieces))

    def _home(self, start: int, end: int) -> int:
        at = bisect_right(self._starts, start) - 1
        if at < 0 or end > self.pieces[at].end:
            raise EditRefused("the edit is not inside the Python of one cell")
        if self._is_broken(self.pieces[at].of):
            raise EditRefused("the edit is in a cell that does not parse")
        return at

    def encode(self) -> bytes:
        """The file: the JSON it came from, with the source strings of changed cells written anew."""
        text = self.document
        for of in reversed(range(len(self.cells))):
            source = self._source_now(of)
            if source != self.cells[of].source:
                start, end, value = self._value_now(of, source)
                text = text[:start] + value + text[end:]
        return (codecs.BOM_UTF8 if self.bom else b"") + text.encode()

    def code(self, data: bytes) -> bytes:
        """The joined text: outputs are full of words of a loss."""
        return self.text.encode("utf-8", "surrogatepass")

    def parts(self) -> tuple[tuple[str, str], ...]:
        """What a diff is of: each cell with its name, its last line ended as all the others."""
        texts = (self._source_now(of) for of in range(len(self.cells)))
        ended = (text if text.endswith(("\n", "\r")) else text + "\n" for text in texts)
        return tuple(
            (f"{self.path}:cell {cell.number}", text) for cell, text in zip(self.cells, ended, strict=True)
        )

    def _is_broken(self, of: int) -> bool:
        return any(of == each for each, _ in self.broken)

    def _source_now(self, of: int) -> str:
        source, shown = self.cells[of].source, []
        if self._is_broken(of):
            return source
        done = 0
        for piece in self.pieces:
            if piece.of == of:
                shown += [source[done : piece.at], self.text[piece.start : piece.end]]
                done = piece.until
        return "".join([*shown, source[done:]])

    def _value_now(self, of: int, source: str) -> tuple[int, int, str]:
        """Where in the JSON a cell's source stands, and what is written there now.

        Lines that have not changed are written as they were, escape for escape.
        """
        strings, is_list = self._strings_of(of), self._strings.in_lists[self.cells[of].path]
        if is_list:
            old = [self.document[start:end] for start, end in strings]
            separator = self._separator(strings)
        else:
            start, end = strings[0]
            old = _lines_within(self.document[start + 1 : end - 1])
            strings, separator = [(start + 1, end - 1)], ""
        before = [json.loads(raw if is_list else f'"{raw}"', strict=False) for raw in old]
        after = source.split("\n")
        after = [line + "\n" for line in after[:-1]] + ([after[-1]] if after[-1] else [])
        now: list[str] = []
        for tag, first, last, begin, stop in SequenceMatcher(None, before, after, False).get_opcodes():
            if tag == "equal":
                now += old[first:last]
            else:
                written = [self.escaped(line) for line in after[begin:stop]]
                now += [f'"{line}"' for line in written] if is_list else written
        return strings[0][0], strings[-1][1], separator.join(now)

    def _separator(self, strings: Sequence[tuple[int, int]]) -> str:
        if len(strings) > 1:
            return self.document[strings[0][1] : strings[1][0]]
        opening = re.compile(r"\[(\s*)\Z").search(self.document, 0, strings[0][0])
        return "," + (opening[1] if opening else " ")

    # -- the JSON -----------------------------------------------------------------------------------------

    @cached_property
    def _is_ascii(self) -> bool:
        """Whether whoever wrote the file escapes what is not ASCII."""
        return self.document.isascii() and _WIDE.search(self.document) is not None

    @cached_property
    def _strings(self) -> _Strings:
        return _Strings.of(self.document)

    def _strings_of(self, of: int) -> Sequence[tuple[int, int]]:
        cell = self.cells[of]
        found = self._strings.spans.get(cell.path, ())
        if "".join(json.loads(self.document[a:b], strict=False) for a, b in found) != cell.source:
            raise EditRefused("a key of the notebook's JSON is given twice")
        return found

    def _raw_offset(self, of: int, offset: int) -> int:
        """Where in the JSON a character of a cell's source is written; behind the last one, the quote."""
        behind = 0
        for start, end in self._strings_of(of):
            for unit in _UNIT.finditer(self.document, start + 1, end - 1):
                if not offset:
                    return unit.start()
                offset -= 1
            behind = end - 1
        return behind


_WIDE = re.compile(r"\\u(?!00[0-7])")
_UNIT = re.compile(r"\\u[dD][89abAB]\w\w\\u[dD][c-fC-F]\w\w|\\u\w{4}|\\.|[^\\]", re.DOTALL)
"""What the JSON writes for one character."""
_ESCAPED_LINE = re.compile(r"(?:[^\\]|\\[^n])*?(?:\\n|\Z)", re.DOTALL)


def _lines_within(raw: str) -> list[str]:
    """The inside of one JSON string, cut after each escaped line feed."""
    return [line for line in _ESCAPED_LINE.findall(raw) if line]


_TOKEN = re.compile(r'"[^"\\]*(?:\\.[^"\\]*)*"|[\[\]{},:]|[^\s\[\]{},:"]+', re.DOTALL)
_SOURCES = ("source", "input")


@dataclass(frozen=True, slots=True)
class _Strings:
    """Where the strings of each cell's source stand in valid JSON, quotes included."""

    spans: Mapping[tuple[str | int, ...], Sequence[tuple[int, int]]]
    in_lists: Mapping[tuple[str | int, ...], bool]

    @classmethod
    def of(cls, document: str) -> _Strings:
        spans: dict[tuple[str | int, ...], list[tuple[int, int]]] = {}
        in_lists: dict[tuple[str | int, ...], bool] = {}
        for path, start, end in _string_values(document):
            key = path[:-1] if isinstance(path[-1], int) else path
            if key and key[-1] in _SOURCES:
                in_lists[key] = key is not path
                spans.setdefault(key, []).append((start, end))
        return cls(spans, in_lists)


def _string_values(document: str) -> Iterator[tuple[tuple[str | int, ...], int, int]]:
    """Every string that is a value, with the keys and indices that lead to it."""
    path: list[str | int] = []
    is_key = False
    for token in _TOKEN.finditer(document):
        first = token[0][0]
        if first == "{":
            path.append("")
            is_key = True
        elif first == "[":
            path.append(0)
            is_key = False
        elif first in "}]":
            path.pop()
            is_key = False
        elif first == ",":
            inner = path[-1]
            is_key = isinstance(inner, str)
            if isinstance(inner, int):
                path[-1] = inner + 1
        elif first == ":":
            is_key = False
        elif first == '"' and is_key:
            path[-1] = json.loads(token[0], strict=False)
        elif first == '"':
            yield tuple(path), token.start(), token.end()


def _place(lines: Sequence[str], offset: int) -> tuple[int, int]:
    """Line and column of an offset."""
    for number, line in enumerate(lines, 1):
        if offset < len(line) or (number == len(lines) and offset == len(line)):
            return number, offset + 1
        offset -= len(line)
    return max(len(lines), 1), 1


# -- reading it -----------------------------------------------------------------------------------------------


def read_notebook(document: str, *, path: str, bom: bool = False) -> Notebook:
    """The notebook that a JSON document is. An empty file is an empty notebook.

    Raises ParseFailure, with its place in the JSON, for what is no notebook, and OtherLanguage for one that is
    not in Python 3.
    """
    cells = tuple(_cells(_content(document))) if document.strip() else ()
    return _joined(path, document, cells, bom)


def _content(document: str) -> Mapping[str, Any]:
    try:
        content = json.loads(document)
    except json.JSONDecodeError as error:
        raise ParseFailure(
            error.lineno, error.colno, f"not a notebook: not valid JSON: {error.msg}"
        ) from None
    except (ValueError, RecursionError) as error:
        raise ParseFailure(1, 1, f"not a notebook: {error}") from None
    if not isinstance(content, dict) or not {"cells", "worksheets"} & content.keys():
        raise ParseFailure(1, 1, "not a notebook: the JSON holds no cells")
    if other := _other_language(content.get("metadata")):
        raise OtherLanguage(f"a notebook in {other}")
    return content


def _other_language(metadata: Any) -> str | None:
    """The language of a notebook that is not in Python 3; a notebook that names none is in Python."""
    info, kernel = (_table(_table(metadata).get(key)) for key in ("language_info", "kernelspec"))
    name = str(info.get("name") or kernel.get("language") or "python").lower()
    if name not in ("python", "ipython", "python3"):
        return name
    version = str(info.get("version") or "")
    return "Python 2" if version.startswith("2") or kernel.get("name") == "python2" else None


def _table(value: Any) -> Mapping[str, Any]:
    return value if isinstance(value, dict) else {}


def _cells(content: Mapping[str, Any]) -> Iterator[Cell]:
    """The cells of Python. Format 3 keeps them in worksheets and their source under ``input``."""
    number = 0
    for where, cells in _lists_of_cells(content):
        if not isinstance(cells, list):
            raise ParseFailure(1, 1, "not a notebook: its cells are no list")
        for index, cell in enumerate(cells):
            number += 1
            cell = _table(cell)
            if cell.get("cell_type") != "code" or _is_other(cell):
                continue
            key = "source" if "source" in cell or where == ("cells",) else "input"
            source = cell.get(key, "")
            lines = source if isinstance(source, list) else [source]
            if not all(isinstance(line, str) for line in lines):
                raise ParseFailure(1, 1, f"not a notebook: the source of cell {number} is no text")
            yield Cell(number, (*where, index, key), "".join(lines))


def _lists_of_cells(content: Mapping[str, Any]) -> Iterator[tuple[tuple[str | int, ...], Any]]:
    if "cells" in content:
        yield ("cells",), content["cells"]
    elif isinstance(content["worksheets"], list):
        for number, sheet in enumerate(content["worksheets"]):
            yield ("worksheets", number, "cells"), _table(sheet).get("cells", [])


def _is_other(cell: Mapping[str, Any]) -> bool:
    """Whether a cell says that it is in another language than its notebook."""
    editor = _table(_table(cell.get("metadata")).get("vscode"))
    return str(editor.get("languageId") or cell.get("language") or "python").lower() != "python"


def _joined(path: str, document: str, cells: Sequence[Cell], bom: bool) -> Notebook:
    texts: list[str] = []
    pieces: list[Piece] = []
    kept: list[Cell] = []
    at = 0
    for cell in cells:
        parts = python_of(cell.source)
        if not any(part.text.strip() for part in parts if part.at is not None):
            continue
        own: list[str] = []
        for part in parts:
            end = at + len(part.text)
            if part.at is not None:
                pieces.append(Piece(at, end, len(kept), part.at, part.at + len(part.text)))
            own.append(part.text)
            at = end
        own.append("" if own[-1].endswith(("\n", "\r")) else "\n")
        texts.append("".join(own))
        at += len(own[-1]) + len(SEPARATOR)
        kept.append(cell)
    broken = _broken(path, texts)
    for of, _ in broken:
        texts[of] = _VISIBLE.sub(" ", texts[of])
    text = SEPARATOR.join(texts)
    return Notebook(path, text, "utf-8", bom, document, tuple(kept), tuple(pieces), broken)


_VISIBLE = re.compile(r"[^\r\n]")


def _broken(path: str, texts: Sequence[str]) -> tuple[tuple[int, ParseFailure], ...]:
    """Which of the cells do not parse by themselves, and why not: each is told, and the rest is read."""
    joined = SourceText(path, SEPARATOR.join(texts))
    if _error(joined.text) is None:
        return ()
    found = []
    first = 1
    for of, text in enumerate(texts):
        count = len(split_lines(text))
        # With as many lines in front as in the joined text, for the position and those that messages name.
        error = _error("\n" * (first - 1) + text)
        if error is not None:
            failure, last = joined.failure(error), first + count - 1
            if failure.line > last:  # behind its end
                width = len(joined.lines[last - 1].rstrip("\r\n"))
                failure = ParseFailure(last, width + 1, failure.message)
            found.append((of, failure))
        first += count + 1
    return tuple(found)


def _error(text: str) -> SyntaxError | None:
    """Python's own error, if there is one of syntax; what else a parser may say is for whoever parses all of it."""
    import ast

    try:
        with without_warnings():
            ast.parse(text)
    except SyntaxError as error:
        return error
    except (ValueError, RecursionError, MemoryError):
        pass
    return None
