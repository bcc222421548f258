"""A source file as text: its bytes decoded as Python decodes them, and whether Python can parse it.

Nothing here runs what it reads, and line ends stay as they are in the file, so that positions and edits fit
its bytes.
"""

from __future__ import annotations

import codecs
import io
import re
import warnings
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, TypeVar

from losslint.frozen import dataclass

if TYPE_CHECKING:
    import ast

    from losslint.model import Span

T = TypeVar("T")

NOTEBOOK = ".ipynb"

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


class OtherLanguage(UnreadableFile):
    """The file holds no Python 3, and is not meant to; the message says what it is."""


class EditRefused(ValueError):
    """The text cannot be changed in that way; the message says why."""


Replacement = tuple[int, int, str]
"""Start and end of a stretch in characters of a text, and what is put there."""


@dataclass(frozen=True)
class SourceText:
    """One file. ``path`` is as shown to the user; ``text`` is without the BOM, its line ends untouched.

    ``text`` is Python. For a file that holds it in another form (``source.notebook``) the methods know the way back.
    """

    path: str
    text: str
    encoding: str = "utf-8"
    bom: bool = False

    @cached_property
    def lines(self) -> tuple[str, ...]:
        """The lines with their ends, cut as by ``split_lines``."""
        return split_lines(self.text)

    @property
    def no_module(self) -> str | None:
        """Why Python could not import the file; None if it may."""
        return None

    def edited(self, replacements: Sequence[Replacement]) -> SourceText:
        """The source after some replacements, which are in order and do not overlap. Raises EditRefused."""
        pieces: list[str] = []
        done = 0
        for start, end, text in replacements:
            pieces += (self.text[done:start], text)
            done = end
        return replace(self, text="".join([*pieces, self.text[done:]]))

    def encode(self) -> bytes:
        """The source as the bytes of its file. Raises UnicodeEncodeError where its encoding has no bytes."""
        return (codecs.BOM_UTF8 if self.bom else b"") + self.text.encode(self.encoding)

    def parts(self) -> tuple[tuple[str, str], ...]:
        """What a diff is of: texts with their names."""
        return ((self.path, "\ufeff" * self.bom + self.text),)

    def code(self, data: bytes) -> bytes:
        """The bytes in which words of Python are looked for; ``data`` is the file."""
        return data

    def failure(self, error: SyntaxError) -> ParseFailure:
        """Python's own position, kept inside the file: it may be missing, zero, or beyond the end."""
        line = min(max(error.lineno or 1, 1), max(len(self.lines), 1))
        width = len(self.lines[line - 1].rstrip("\r\n")) if self.lines else 0
        column = min(max(error.offset or 1, 1), width + 1)
        return ParseFailure(line, column, error.msg)

    @property
    def failures(self) -> tuple[ParseFailure, ...]:
        """The errors of parts that do not parse, and that were left out of the text."""
        return ()

    def lines_of(self, cell: int | None) -> Sequence[str]:
        """The lines that ``in_cell`` counts."""
        return self.lines

    def in_cell(self, span: Span) -> Span:
        """A stretch as a person is told of it."""
        return span


def split_lines(text: str) -> tuple[str, ...]:
    r"""Cut at ``\n``, ``\r\n`` and ``\r`` like Python; ``str.splitlines`` cuts at form feeds and more."""
    return tuple(io.StringIO(text, newline=""))


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
    nobody knows or that contradicts the BOM, and NUL; for notebooks see ``source_text``.
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
    """A decoded file; a notebook (by its name) as the module that its cells make.

    Raises ParseFailure for NUL, which Python calls a syntax error, and what ``notebook`` raises for what is none.
    """
    if path.endswith(NOTEBOOK):
        from .notebook import read_notebook

        return read_notebook(text, path=path, bom=bom)
    if (nul := text.find("\0")) >= 0:
        line, column = _end_of(split_lines(text[:nul]))
        raise ParseFailure(line, column, "source code cannot contain null bytes")
    return SourceText(path, text, encoding, bom)


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
        with without_warnings():
            return parser(source.text)
    except SyntaxError as error:
        raise source.failure(error) from None
    except (RecursionError, MemoryError):
        raise ParseFailure(1, 1, "the code is nested too deeply for Python's parser") from None
    except (ValueError, OverflowError) as error:
        raise ParseFailure(1, 1, str(error)) from None


@contextmanager
def without_warnings() -> Iterator[None]:
    """Python's parser without its warnings."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        yield


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
