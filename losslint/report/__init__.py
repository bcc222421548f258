"""Findings and losses as text and JSON.

One module per output format; a format is imported when it is asked for.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from importlib import import_module
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from losslint.report.views import Lines as Lines
    from losslint.run import Run


class Style(NamedTuple):
    """How text may look: width in columns, colours and hyperlinks or not, and counts by rule instead of findings."""

    width: int = 80
    color: bool = False
    statistics: bool = False
    links: bool = False


class Format(NamedTuple):
    """One way to write findings.

    ``people``: a person reads it, who also wants to be told how the run went; ``counts``: it has a place for
    statistics; ``fixes``: it has one for fixes, and for the others none is looked for.
    """

    module: str
    people: bool = False
    counts: bool = False
    fixes: bool = False


FORMATS: Mapping[str, Format] = {
    "full": Format("full", people=True, counts=True, fixes=True),
    "concise": Format("concise", people=True, counts=True),
    "json": Format("json_report", counts=True, fixes=True),
    "json-lines": Format("json_report", fixes=True),
    "sarif": Format("sarif", fixes=True),
    "github": Format("github"),
    "gitlab": Format("gitlab"),
    "junit": Format("junit"),
    "rdjson": Format("rdjson", fixes=True),
}


def render(name: str, finished: Run, lines: Lines, style: Style) -> Iterator[str]:
    """The report, in pieces that end with a line end each; for people nothing where there is nothing to say."""
    form = FORMATS[name]
    if not finished.findings and form.people:
        return iter(())
    if style.statistics and form.people:
        from losslint.report.statistics import render_statistics

        return render_statistics(finished)
    module = import_module(f"losslint.report.{form.module}")
    function = getattr(module, f"render_{name.replace('-', '_')}")
    pieces: Iterator[str] = function(finished, lines, style)
    return pieces
