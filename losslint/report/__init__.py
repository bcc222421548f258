"""Findings and losses as text and JSON.

One module per output format; a format is imported when it is asked for.
"""

from __future__ import annotations

import importlib
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

from losslint.run import Run

Lines = Callable[[str], Sequence[str]]


@dataclass(frozen=True, slots=True)
class Style:
    """How text may look: width in columns, colours or not, and counts by rule instead of findings."""

    width: int = 80
    color: bool = False
    statistics: bool = False


_MODULES = {
    "full": "full",
    "concise": "concise",
    "json": "json_report",
    "json-lines": "json_report",
    "github": "github",
}
_COUNTABLE = frozenset({"full", "concise", "json"})
_WITH_FIXES = frozenset({"full", "json", "json-lines"})


def counts_by_rule(name: str) -> bool:
    """Whether the format has a place for statistics."""
    return name in _COUNTABLE


def shows_fixes(name: str) -> bool:
    """Whether the format has a place for a fix; for the others none is looked for."""
    return name in _WITH_FIXES


def is_for_people(name: str) -> bool:
    """Whether a person reads this format, who also wants to be told how the run went."""
    return name in ("full", "concise")


def render(name: str, finished: Run, lines: Lines, style: Style) -> Iterator[str]:
    """The report, in pieces that end with a line end each; nothing where there is nothing to say."""
    if not finished.findings and is_for_people(name):
        return iter(())
    if style.statistics and is_for_people(name):
        from losslint.report.statistics import render_statistics

        return render_statistics(finished)
    module = importlib.import_module(f"losslint.report.{_MODULES[name]}")
    function = getattr(module, f"render_{name.replace('-', '_')}")
    pieces: Iterator[str] = function(finished, lines, style)
    return pieces
