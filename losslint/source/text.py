"""A source file as text: its bytes decoded as Python decodes them, and whether Python can parse it.

Nothing here runs what it reads, and line ends stay as they are in the file, so that positions and edits fit
its bytes.
"""

from __future__ import annotations

import codecs
import re
import warnings
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, TypeVar

if TYPE_CHECKING:
    import ast

T = TypeVar("T")

_LINE = re.compile(r"[^\r\n]*(?:\r\n|\r|\n)|[^\r\n]+\Z")
# PEP 263: in a comment on line 1, or on line 2 if line 1 holds nothing but a comment.
_CODING = re.compile(rb"^[ \t\f]*#[^\r\n]*?coding[:=][ \t]*([-\w.]+)")
_BLANK_OR_COMMENT = re.compile(rb"^[ \t\f]*(?:#[^\r\n]*)?$")
# A BOM, or the opening of a form feed page, is not content: Python ignores both.
_FIRST_LINES = re.compile(rb"\A([^\r\n]*)(?:\r\n|\r|\n)?([^\r\n]*)")


class ParseFailure(Exception):
    """The file is not Python: why, and where (line and column from 1, column in characters)."""

    def __init__(self, line: int, column: int, message: str) -> None:
        super().__init__(message)
        self.line = line
        self.column = column
        self.message = message

    def __reduce__(self) -> tuple[type[ParseFailure], tuple[int, int, str]]:
        return ParseFailure, (self.line, self.column, self.message)


class UnreadableFile(Exception):
    """The file system does not hand the file out; the message says why in a few words."""


@dataclass(frozen=True)
class SourceText:
    """One file. ``path`` is as shown to the user; ``text`` is without the BOM, its line ends untouched."""

    path: str
    text: str
    encoding: str = "utf-8"
    bom: bool = False
    newline: str = "\n"

    @cached_property
    def lines(self) -> tuple[str, ...]:
        """The lines with their ends, cut as by ``split_lines``."""
        return split_lines(self.text)


def split_lines(text: str) -> tuple[str, ...]:
    r"""Cut at ``\n``, ``\r\n`` and ``\r`` like Python; ``str.splitlines`` cuts at form feeds and more."""
    return tuple(_LINE.findall(text))


def read_bytes(path: str | Path) -> bytes:
    """The file's content. Raises UnreadableFile."""
    try:
        return Path(path).read_bytes()
    except OSError as error:
        raise UnreadableFile(f"cannot be read: {(error.strerror or str(error)).lower()}") from error


def read_source(path: str | Path, *, shown: str | None = None) -> SourceText:
    """Read and decode a file. Raises UnreadableFile, and ParseFailure where Python could not decode it."""
    return decode_source(read_bytes(path), path=shown if shown is not None else str(path))


def decode_source(data: bytes, *, path: str) -> SourceText:
    """Decode by BOM and PEP 263 declaration, UTF-8 without one.

    Raises ParseFailure for what Python itself calls a syntax error: bytes that do not decode, an encoding
    nobody knows or that contradicts the BOM, and NUL.
    """
    bom = data.startswith(codecs.BOM_UTF8)
    body = data[len(codecs.BOM_UTF8) :] if bom else data
    encoding = _declared_encoding(body, bom)
    try:
        text = body.decode(encoding)
    except UnicodeDecodeError as error:
        line, column = _place(body[: error.start], encoding)
        byte = body[error.start]
        hint = "" if _declared(body) else "; save it as UTF-8 or declare its encoding (PEP 263)"
        raise ParseFailure(line, column, f"byte 0x{byte:02x} is not valid {encoding}{hint}") from None
    except UnicodeError as error:
        raise ParseFailure(1, 1, f"cannot be decoded as {encoding}: {error}") from None
    return source_text(text, path=path, encoding=encoding, bom=bom)


def source_text(text: str, *, path: str, encoding: str = "utf-8", bom: bool = False) -> SourceText:
    """A decoded file. Raises ParseFailure for NUL, which Python calls a syntax error."""
    if (nul := text.find("\0")) >= 0:
        line, column = _end_of(split_lines(text[:nul]))
        raise ParseFailure(line, column, "source code cannot contain null bytes")
    return SourceText(path, text, encoding, bom, _newline_style(text))


def parse(source: SourceText) -> ast.Module:
    """The syntax tree. Raises ParseFailure, also for nesting that the parser's stack cannot hold."""
    import ast

    return _guarded(source, lambda text: ast.parse(text, filename=source.path))


def check_syntax(source: SourceText) -> None:
    """Raise ParseFailure if Python cannot parse the text.

    ``symtable`` drives the same C parser as ``ast.parse`` and builds no Python nodes: two thirds of the cost,
    and much less memory. It also rejects some code that parses (``nonlocal`` at module level), so ``ast`` has
    the last word.
    """
    import symtable

    try:
        _guarded(source, lambda text: symtable.symtable(text, source.path, "exec"))
    except ParseFailure:
        parse(source)


def _guarded(source: SourceText, parser: Callable[[str], T]) -> T:
    try:
        # Invalid escapes and the like make the compiler warn on stderr; they are another linter's business.
        with _without_warnings():
            return parser(source.text)
    except SyntaxError as error:
        raise _located(error, source) from None
    except (RecursionError, MemoryError):
        raise ParseFailure(1, 1, "the code is nested too deeply for Python's parser") from None
    except (ValueError, OverflowError) as error:
        raise ParseFailure(1, 1, str(error)) from None


@contextmanager
def _without_warnings() -> Iterator[None]:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        yield


def _located(error: SyntaxError, source: SourceText) -> ParseFailure:
    """Python's own position, kept inside the file: it may be missing, zero, or beyond the end."""
    line = min(max(error.lineno or 1, 1), max(len(source.lines), 1))
    width = len(source.lines[line - 1].rstrip("\r\n")) if source.lines else 0
    column = min(max(error.offset or 1, 1), width + 1)
    return ParseFailure(line, column, error.msg)


def _declared(body: bytes) -> str | None:
    match = _FIRST_LINES.match(body)
    first, second = match.groups() if match else (b"", b"")
    candidates = (first, second) if _BLANK_OR_COMMENT.match(first) else (first,)
    for line in candidates:
        if found := _CODING.match(line):
            return found.group(1).decode("ascii", "replace")
    return None


def _declared_encoding(body: bytes, bom: bool) -> str:
    """The codec's canonical name. Raises ParseFailure."""
    declared = _declared(body)
    if declared is None:
        return "utf-8"
    line = 1 if _CODING.match(body.partition(b"\n")[0]) else 2
    try:
        codec = codecs.lookup(declared)
    except (LookupError, ValueError):
        raise ParseFailure(line, 1, f"unknown encoding: {declared}") from None
    # rot13, hex and friends turn text into text or bytes into bytes; Python refuses them as source encodings
    # too.
    if not getattr(codec, "_is_text_encoding", True):
        raise ParseFailure(line, 1, f"not a text encoding: {declared}")
    if bom and codec.name != "utf-8":
        raise ParseFailure(line, 1, f"the file starts with a UTF-8 BOM but declares {declared}")
    return "utf-8" if codec.name in ("utf-8", "utf-8-sig") else codec.name


def _place(before: bytes, encoding: str) -> tuple[int, int]:
    return _end_of(split_lines(before.decode(encoding, "replace")))


def _end_of(lines: tuple[str, ...]) -> tuple[int, int]:
    """The line and column just after the last character."""
    if not lines:
        return 1, 1
    if lines[-1].endswith(("\n", "\r")):
        return len(lines) + 1, 1
    return len(lines), len(lines[-1]) + 1


def _newline_style(text: str) -> str:
    r"""The first line end of the file, ``\n`` if it has none."""
    match = re.search(r"\r\n|\r|\n", text)
    return match.group() if match else "\n"
