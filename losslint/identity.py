"""What a finding is recognised by when its lines have moved: its rule, its loss, and the words of its code.

The words are the source of its span without what layout and comments add, so that code which was moved,
indented anew or reformatted stays the same, and code that says something else does not.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Sequence

from losslint.frozen import dataclass
from losslint.model import Finding, Span

Lines = Callable[[str], Sequence[str]]

# Whole enough for every version of Python: newer tokenizers cut f-strings into pieces, older ones do not.
_WORDS = re.compile(
    r"""
    (?P<string> [rbuft]{0,2} (?: \"{3}(?:\\.|[^\\])*?\"{3} | '{3}(?:\\.|[^\\])*?'{3}
                               | "(?:\\.|[^"\\\r\n])*"     | '(?:\\.|[^'\\\r\n])*' ) )
    | (?P<gap> (?: \s | \\\r?\n | \#[^\r\n]* )+ )
    | (?P<number> (?: \d [\d_]* \.? [\d_]* | \. \d [\d_]* ) (?: e [+-]? \d+ )? (?! [\w.] ) )
    | (?P<word> \w+ )
    | (?P<sign> . )
    """,
    re.VERBOSE | re.DOTALL | re.IGNORECASE,
)
_PLAIN_STRING = re.compile(r"'([^'\"\\]*)'")
_TRAILING_COMMA = re.compile(r",([)\]}])")


@dataclass(frozen=True, slots=True, order=True)
class Identity:
    """The rule, the loss (empty outside of one) and the words; a second finding of the same is no other."""

    code: str
    function: str
    words: str

    def fingerprint(self, *more: str) -> str:
        """32 hexadecimal digits for it and for what else it is told apart by."""
        from hashlib import blake2b

        text = "\0".join((self.code, self.function, self.words, *more))
        return blake2b(text.encode("utf-8", "surrogatepass"), digest_size=16).hexdigest()


def identity(finding: Finding, lines: Sequence[str]) -> Identity:
    """The identity of a finding in a file of these lines."""
    return Identity(finding.code, finding.function or "", _words_at(finding.span, lines))


def fingerprints(findings: Iterable[Finding], lines: Lines, shown: Callable[[str], str]) -> Iterator[str]:
    """One fingerprint for each finding, different ones for all: copies are numbered from the top of a file.

    ``shown`` gives the path that is part of it, which should not depend on where the project lies.
    """
    seen: Counter[tuple[str, Identity]] = Counter()
    path, source = None, ()  # type: tuple[str | None, Sequence[str]]
    for finding in findings:
        if finding.path != path:
            path, source = finding.path, lines(finding.path)
        key = finding.path, identity(finding, source)
        seen[key] += 1
        yield key[1].fingerprint(shown(finding.path), str(seen[key]))


def normalised(source: str) -> str:
    """Python source as its words with one space where two would run together.

    No comments, line breaks or trailing commas; strings in double quotes where that changes nothing else, numbers
    as Python prints them.
    """
    pieces: list[str] = []
    for match in _WORDS.finditer(source):
        text = match.group()
        if match.lastgroup == "gap":
            continue
        if match.lastgroup == "string" and (plain := _PLAIN_STRING.fullmatch(text)):
            text = f'"{plain[1]}"'
        elif match.lastgroup == "number" and not text.isdigit():
            text = repr(float(text))
        if pieces and _runs_on(pieces[-1][-1]) and _runs_on(text[0]):
            pieces.append(" ")
        pieces.append(text)
    return _TRAILING_COMMA.sub(r"\1", "".join(pieces))


def _words_at(span: Span, lines: Sequence[str]) -> str:
    """The words of a span; those of its lines where it has none (the place of a syntax error)."""
    covered = list(lines[span.line - 1 : span.end_line])
    if not covered:
        return ""
    whole = "".join(covered)
    covered[-1] = covered[-1][: span.end_column - 1]
    covered[0] = covered[0][span.column - 1 :]
    text = "".join(covered)
    found = normalised(text)
    if len(found) > 1:
        return found
    # A comment has no words, and is the finding itself where it silences nothing.
    return " ".join(text.split()) if text.startswith("#") else normalised(whole)


def _runs_on(char: str) -> bool:
    return char.isalnum() or char in "_\"'"
