"""Comments against findings: what they silence, and which of them silence nothing (LL002)."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Callable, Iterator, Sequence

from losslint.model import Finding, Span
from losslint.rules import _registry
from losslint.source.comments import PragmaProblem, Pragmas, Suppression

UNUSED = "LL002"

_Entry = tuple[Suppression, str | None]
"""One code of a suppression, or its silence about codes."""


def apply_suppressions(
    findings: Sequence[Finding], pragmas: Pragmas, *, path: str, is_on: Callable[[str], bool]
) -> tuple[Finding, ...]:
    """The findings that no comment silences, and an LL002 for each code of a comment that silences none of
    them.

    ``is_on`` says whether a rule is in force for this file: a comment for a rule that is off is not called
    unused.
    """
    used: set[_Entry] = set()
    everything = _Reach(pragmas.suppressions)
    loud = [finding for finding in findings if not _silenced(finding, everything, used)]
    if not is_on(UNUSED):
        return tuple(loud)
    entries = [entry for entry in _ours(pragmas.suppressions) if _could_silence(entry, is_on)]
    # LL002 can be silenced too, but only by a comment that says so: a bare one would always silence its own.
    explicit = _Reach([entry for entry in pragmas.suppressions if entry.codes is not None or entry.shared])
    for entry in entries:
        if entry not in used and entry[1] != UNUSED:
            finding = _unused(entry, path)
            if not _silenced(finding, explicit, used):
                loud.append(finding)
    loud.extend(_unused(entry, path) for entry in entries if entry[1] == UNUSED and entry not in used)
    return tuple(loud)


def unknown_codes(pragmas: Pragmas) -> Iterator[PragmaProblem]:
    """A problem for each code in a suppression that no rule has."""
    for suppression, code in _ours(pragmas.suppressions):
        if code is not None and not _codes_of(code):
            message = f"unknown rule code {code!r}{_registry.meant(code)}"
            yield PragmaProblem(suppression.span.line, suppression.span.column, message)


class _Reach:
    """Suppressions by the lines they reach: a file may hold one on each of many thousand lines."""

    def __init__(self, suppressions: Sequence[Suppression]) -> None:
        self._by_line: dict[int, list[Suppression]] = {}
        self._by_statement: dict[int, list[Suppression]] = {}
        for suppression in suppressions:
            self._by_line.setdefault(suppression.span.line, []).append(suppression)
            self._by_statement.setdefault(suppression.first, []).append(suppression)
        self._starts = sorted(self._by_statement)

    def of(self, finding: Finding) -> Iterator[Suppression]:
        """The suppressions that cover the finding, each once."""
        lines = range(finding.span.line, finding.span.end_line + 1)
        near = [suppression for line in lines for suppression in self._by_line.get(line, ())]
        for line in (finding.span.line, finding.function_line):
            # Statements do not overlap: the one that holds a line is the last that starts at or before it.
            at = bisect_right(self._starts, line) if line is not None else 0
            if at:
                near.extend(self._by_statement[self._starts[at - 1]])
        for suppression in dict.fromkeys(near):
            if suppression.covers(finding.span, finding.function_line):
                yield suppression


def _silenced(finding: Finding, suppressions: _Reach, used: set[_Entry]) -> bool:
    """Whether a comment silences the finding; every code that would is noted in ``used``."""
    silent = False
    for suppression in suppressions.of(finding):
        if suppression.names(finding.code):
            silent = True
            entries = suppression.codes or (None,)
            used.update(
                (suppression, code) for code in entries if code is None or finding.code.startswith(code)
            )
    return silent


def _ours(suppressions: Sequence[Suppression]) -> Iterator[_Entry]:
    """The codes that speak of losslint.

    A bare ``noqa`` may be meant for another tool, and so is not ours to judge.
    """
    for suppression in suppressions:
        if suppression.codes is None:
            if not suppression.shared:
                yield suppression, None
        else:
            yield from ((suppression, code) for code in suppression.codes if code.startswith("LL"))


def _could_silence(entry: _Entry, is_on: Callable[[str], bool]) -> bool:
    code = entry[1]
    return code is None or any(is_on(each) for each in _codes_of(code))


def _codes_of(prefix: str) -> list[str]:
    return [code for code in _registry.codes() if code.startswith(prefix)]


def _unused(entry: _Entry, path: str) -> Finding:
    suppression, code = entry
    rule = _registry.load(UNUSED)
    what = f"no {code} is found here" if code else "nothing is found here"
    span: Span = suppression.span
    return Finding(
        rule.code,
        rule.name,
        rule.severity,
        f"unused suppression: {what}; remove {_word(suppression, code)}",
        path,
        span,
    )


def _word(suppression: Suppression, code: str | None) -> str:
    return "the comment" if code is None or suppression.codes == (code,) else f"{code} from the comment"
