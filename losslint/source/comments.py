"""What a file's comments tell losslint: what to silence, what is a loss, what to feed it.

Comments are found with the standard library's tokenizer, so that strings which look like one are left alone.

==============================================  ==========================================================
``# noqa``                                      silences everything on its line
``# noqa: LL101, LL102``                        silences these codes (other tools' codes are theirs)
``# losslint: ignore[LL101] the reason``        silences these codes
``# losslint: ignore the reason``               silences every code of losslint
``# losslint: skip-file``                       the file is not checked
``# losslint: loss``                            this function is a loss
``# losslint: not-a-loss``                      this function is none
``# losslint: inputs y_true=(N,4):int[0..9]``   what ``confirm`` feeds it
==============================================  ==========================================================

A comment belongs to the statement on its line; a ``# losslint:`` comment alone on its line belongs to the
next statement. Decorators and the header of a ``def`` count as one statement.
"""

from __future__ import annotations

import re
import tokenize
from collections.abc import Iterable, Iterator
from functools import cached_property, lru_cache
from typing import TYPE_CHECKING, TypeVar

from losslint.frozen import dataclass
from losslint.model import Span
from losslint.suggest import did_you_mean

from .inputs import InputsError, split_inputs
from .text import split_lines

if TYPE_CHECKING:
    from .text import SourceText

_MENTION = re.compile(r"losslint\s*:|noqa", re.IGNORECASE)
# flake8's grammar: codes separated by commas or spaces; what does not look like a code ends the list.
_NOQA = re.compile(r"#\s*noqa\b(?:\s*:\s*(?P<codes>[A-Z]+[0-9]+(?:[,\s]+[A-Z]+[0-9]+)*)?)?", re.IGNORECASE)
_PRAGMA = re.compile(r"#\s*losslint\s*:\s*(?P<body>(?:[^#]|(?<!\s)#)*)", re.IGNORECASE)
_WORD = re.compile(r"[\w-]+")
_IGNORE = re.compile(r"ignore(?:\s*\[(?P<codes>[^\]]*)\])?(?P<reason>.*)", re.DOTALL)
_CODE = re.compile(r"(?:LL\d*|ALL)\b", re.IGNORECASE)

_LAYOUT = (tokenize.INDENT, tokenize.DEDENT, tokenize.NL, tokenize.NEWLINE, tokenize.ENDMARKER)

VERBS = ("ignore", "skip-file", "loss", "not-a-loss", "inputs")


@dataclass(frozen=True, slots=True)
class Suppression:
    """A comment that silences. ``codes`` are codes or their prefixes; ``None`` means all.

    ``span`` is the comment, ``first`` and ``last`` are the lines of the statement it belongs to.
    """

    span: Span
    codes: tuple[str, ...] | None
    first: int
    last: int
    shared: bool
    """Whether other tools read this comment too (``noqa``)."""

    def names(self, code: str) -> bool:
        """Whether it speaks of this code."""
        return self.codes is None or any(code.startswith(prefix) for prefix in self.codes)

    def covers(self, span: Span, function_line: int | None) -> bool:
        """Whether a finding at ``span`` in the loss defined on ``function_line`` is within its reach.

        It is when the comment stands on one of the finding's lines, at the start or the end of the statement
        that holds the finding (where a formatter leaves it), or on the header of the loss.
        """
        line = self.span.line
        if span.line <= line <= span.end_line or self.is_header_of(function_line):
            return True
        return self.first <= span.line <= self.last and (line <= self.first or line == self.last)

    def is_header_of(self, function_line: int | None) -> bool:
        """Whether it stands on the statement that defines the loss."""
        return function_line is not None and self.first <= function_line <= self.last


@dataclass(frozen=True, slots=True)
class Mark:
    """``# losslint: loss`` or ``not-a-loss`` on the statement of lines ``first`` to ``last``."""

    first: int
    last: int
    is_loss: bool


@dataclass(frozen=True, slots=True)
class InputsComment:
    """``# losslint: inputs …`` on the statement of these lines: parameters and their specs."""

    first: int
    last: int
    specs: tuple[tuple[str, str], ...]


Spoken = TypeVar("Spoken", Mark, InputsComment)


@dataclass(frozen=True, slots=True)
class PragmaProblem:
    """A comment that looks like ours and is not understood; it has no effect."""

    line: int
    column: int
    message: str


@dataclass(frozen=True)
class Pragmas:
    """All comments of one file that mean something here."""

    skip_file: bool = False
    suppressions: tuple[Suppression, ...] = ()
    marks: tuple[Mark, ...] = ()
    inputs: tuple[InputsComment, ...] = ()
    problems: tuple[PragmaProblem, ...] = ()

    def is_loss(self, line: int) -> bool | None:
        """What a comment says of the function whose ``def`` or ``lambda`` is on this line.

        None if it says nothing.
        """
        mark = self._marked.get(line)
        return mark.is_loss if mark is not None else None

    def inputs_of(self, line: int) -> tuple[tuple[str, str], ...]:
        """The input specs given for the function on this line, by parameter name; empty if there are none."""
        found = self._fed.get(line)
        return found.specs if found is not None else ()

    @cached_property
    def _marked(self) -> dict[int, Mark]:
        return _by_line(self.marks)

    @cached_property
    def _fed(self) -> dict[int, InputsComment]:
        return _by_line(self.inputs)


def _by_line(comments: Iterable[Spoken]) -> dict[int, Spoken]:
    """The first comment about each line: a file may hold one on each of many thousand lines."""
    found: dict[int, Spoken] = {}
    for comment in comments:
        for line in range(comment.first, comment.last + 1):
            found.setdefault(line, comment)
    return found


NO_PRAGMAS = Pragmas()


@lru_cache(maxsize=2)
def read_pragmas(source: SourceText) -> Pragmas:
    """The comments of a file that mean something here; tokenizes only if a word of ours occurs in the text.

    A file that does not tokenize to its end gives the comments up to that point.
    """
    if not _MENTION.search(source.text):
        return NO_PRAGMAS
    found = _Reader()
    for comment in _comments(source.text):
        found.read(comment)
    return found.pragmas()


@dataclass(frozen=True, slots=True)
class Noqa:
    """A ``noqa`` within a comment: its codes, ``None`` for all, and where it starts and ends."""

    codes: tuple[str, ...] | None
    start: int
    end: int


def noqa_in(comment: str) -> Noqa | None:
    """The ``noqa`` in the text of a comment."""
    match = _NOQA.search(comment)
    if match is None:
        return None
    codes = match["codes"]
    return Noqa(
        None if codes is None else tuple(re.split(r"[,\s]+", codes.upper())),
        match.start(),
        match.start() + len(match.group().rstrip()),
    )


@dataclass(frozen=True, slots=True)
class _Comment:
    text: str
    line: int
    column: int
    first: int
    last: int
    own_line: tuple[int, int] | None
    """For a comment alone on its line, the lines of the next statement; None for a trailing one."""

    def place(self, start: int, length: int) -> Span:
        column = self.column + start
        return Span(self.line, column, self.line, column + length)


class _Reader:
    """Collects what comments say, in the order in which they stand."""

    def __init__(self) -> None:
        self._skip_file = False
        self._suppressions: list[Suppression] = []
        self._marks: list[Mark] = []
        self._inputs: list[InputsComment] = []
        self._problems: list[PragmaProblem] = []

    def pragmas(self) -> Pragmas:
        return Pragmas(
            self._skip_file,
            tuple(self._suppressions),
            tuple(self._marks),
            tuple(self._inputs),
            tuple(self._problems),
        )

    def read(self, comment: _Comment) -> None:
        if noqa := noqa_in(comment.text):
            self._noqa(comment, noqa)
        if pragma := _PRAGMA.search(comment.text):
            self._pragma(comment, pragma)

    def _noqa(self, comment: _Comment, noqa: Noqa) -> None:
        # A noqa speaks of its own line only, as for every other tool that reads it.
        self._suppressions.append(
            Suppression(
                comment.place(noqa.start, noqa.end - noqa.start),
                noqa.codes,
                comment.first,
                comment.last,
                shared=True,
            )
        )

    def _pragma(self, comment: _Comment, match: re.Match[str]) -> None:
        body = match["body"].strip()
        first, last = comment.own_line or (comment.first, comment.last)
        word = _WORD.match(body)
        verb = word.group() if word else ""
        rest = body[len(verb) :].strip()
        span = comment.place(match.start(), len(match.group().rstrip()))
        if verb == "ignore":
            self._ignore(comment, span, body, first, last)
        elif verb == "skip-file":
            self._skip_file = True
        elif verb in ("loss", "not-a-loss"):
            self._marks.append(Mark(first, last, is_loss=verb == "loss"))
        elif verb == "inputs":
            self._read_inputs(span, rest, first, last)
        else:
            hint = did_you_mean(verb, VERBS) or f"; it is one of {', '.join(VERBS)}"
            self._problem(span, f"unknown losslint comment {verb or body!r}{hint}")

    def _ignore(self, comment: _Comment, span: Span, body: str, first: int, last: int) -> None:
        match = _IGNORE.match(body)
        assert match is not None
        codes, reason = match["codes"], match["reason"].strip()
        if codes is None:
            if reason.startswith("[") or _CODE.match(reason):
                self._problem(span, "write the codes in brackets: losslint: ignore[LL101]")
                return
            named = None
        else:
            named = tuple(code.upper() for code in re.split(r"[,\s]+", codes.strip()) if code)
            strange = [code for code in named if not _CODE.fullmatch(code)]
            if strange or not named:
                self._problem(span, f"ignore[{codes}] names no code of losslint such as LL101")
                return
            named = None if "ALL" in named else named
        self._suppressions.append(Suppression(span, named, first, last, shared=False))

    def _read_inputs(self, span: Span, rest: str, first: int, last: int) -> None:
        try:
            self._inputs.append(InputsComment(first, last, split_inputs(rest)))
        except InputsError as error:
            self._problem(span, str(error))

    def _problem(self, span: Span, message: str) -> None:
        self._problems.append(PragmaProblem(span.line, span.column, message))


def _comments(text: str) -> Iterator[_Comment]:
    """Every comment with the statement it belongs to."""
    statements: list[tuple[int, int]] = []
    comments: list[tuple[tokenize.TokenInfo, bool]] = []
    decorated: int | None = None
    start: int | None = None
    is_decorator = False
    for token in tokens(text):
        if token.type == tokenize.COMMENT:
            # Before the first token of a statement a comment stands alone; inside one it trails.
            comments.append((token, start is None))
        elif token.type == tokenize.NEWLINE and start is not None:
            if is_decorator:
                decorated = start if decorated is None else decorated
            else:
                statements.append((start if decorated is None else decorated, token.start[0]))
                decorated = None
            start = None
        elif start is None and token.type not in _LAYOUT:
            start = token.start[0]
            is_decorator = token.string == "@"
    if start is not None:
        statements.append((start if decorated is None else decorated, start))
    yield from _attached(statements, comments)


def _attached(
    statements: list[tuple[int, int]], comments: list[tuple[tokenize.TokenInfo, bool]]
) -> Iterator[_Comment]:
    """Give each comment the statement on its line, and the next one if it stands alone."""
    at = 0
    for token, alone in comments:
        line, column = token.start[0], token.start[1] + 1
        while at < len(statements) and statements[at][1] < line:
            at += 1
        first, last = statements[at] if at < len(statements) else (line, line)
        # `a; b` puts two statements on one line, and a one-line body follows its header: all of that line
        # counts.
        inside = first <= line <= last and not alone
        own_line = None if inside else (first, last)
        yield _Comment(token.string, line, column, *((first, last) if inside else (line, line)), own_line)


def tokens(text: str) -> Iterator[tokenize.TokenInfo]:
    """The tokens of a source, as far as it tokenizes; lines are numbered as by ``split_lines``."""
    # The tokenizer of 3.10 and 3.11 does not end a line at a lone \r; all versions number lines alike after
    # this.
    lines = iter(split_lines(text.replace("\r\n", "\n").replace("\r", "\n")))
    try:
        yield from tokenize.generate_tokens(lambda: next(lines, ""))
    except (tokenize.TokenError, SyntaxError):
        return
