"""Where things are in a notebook, as whoever reads the report counts.

The analysis counts lines in the joined text of all cells. A person, and whoever reads our own JSON, is told cell
and line in the cell; formats made for files get the place in the file, which is JSON, and hear of the cell in
the message. What is not of a notebook stays as it is.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING, Protocol

from losslint.model import Binding, Edit, Finding, Fix, Loss, Span, TrailStep
from losslint.source.text import NOTEBOOK, SourceText

if TYPE_CHECKING:
    from losslint.run import Run
    from losslint.source.notebook import Notebook

Sources = Callable[[str], SourceText | None]

IN_CELLS = frozenset({"full", "concise", "json", "json-lines"})
"""The formats that can name a cell."""
_LINE = re.compile(r"\bline (\d+)\b")


class Lines(Protocol):
    """The lines of a file, or of a cell of a notebook."""

    def __call__(self, path: str, cell: int | None = None) -> Sequence[str]: ...


def view(name: str, finished: Run, sources: Sources) -> tuple[Run, Lines]:
    """The run as a format shows it, and the lines to which its places belong."""
    if name in IN_CELLS:
        return in_cells(finished, sources)
    return _seen(finished, sources, _finding_in_file), _lines_in_file(sources)


def in_cells(finished: Run, sources: Sources) -> tuple[Run, Lines]:
    """The run with cells and lines in cells."""

    def lines(path: str, cell: int | None = None) -> Sequence[str]:
        source = sources(path)
        return () if source is None else source.lines_of(cell)

    return _seen(finished, sources, _finding_in_cell), lines


def _lines_in_file(sources: Sources) -> Lines:
    def lines(path: str, cell: int | None = None) -> Sequence[str]:
        source = sources(path)
        if source is None:
            return ()
        return _notebook(source).file_lines if _is_notebook(path) else source.lines

    return lines


def _is_notebook(path: str) -> bool:
    return path.endswith(NOTEBOOK)


def _notebook(source: SourceText) -> Notebook:
    from losslint.source.notebook import Notebook

    assert isinstance(source, Notebook)
    return source


def _seen(finished: Run, sources: Sources, see: Callable[[Finding, Notebook], Finding]) -> Run:
    everything = (*(each.path for each in finished.findings), *(each.path for each in finished.losses))
    paths = {path for path in everything if _is_notebook(path)}
    # One that is no notebook has its finding in the JSON already; one that has been emptied since has no places.
    read = {path: _notebook(source) for path in paths if (source := sources(path)) is not None}
    notebooks = {path: source for path, source in read.items() if source.cells}
    if not notebooks:
        return finished
    findings = tuple(
        see(finding, notebooks[finding.path]) if finding.path in notebooks else finding
        for finding in finished.findings
    )
    losses = tuple(
        _loss_in_cell(loss, notebooks[loss.path]) if loss.path in notebooks else loss
        for loss in finished.losses
    )
    return replace(finished, findings=findings, losses=losses)


def _finding_in_cell(finding: Finding, source: Notebook) -> Finding:
    span = source.in_cell(finding.span)
    header = start_in_cell(finding.function_line, source) if finding.function_line else None

    def spoken(text: str) -> str:
        return _spoken(text, source, span.cell)

    return replace(
        finding,
        message=spoken(finding.message),
        span=span,
        function_line=header.line if header else None,
        function_cell=header.cell if header else None,
        trail=tuple(TrailStep(source.in_cell(step.span), spoken(step.message)) for step in finding.trail),
        fix=finding.fix and _fix(finding.fix, source.in_cell, str),
    )


def _finding_in_file(finding: Finding, source: Notebook) -> Finding:
    place = source.in_cell(finding.span)
    header = finding.function_line
    return replace(
        finding,
        message=f"cell {place.cell}, line {place.line}: {_spoken(finding.message, source, place.cell)}",
        span=source.in_file(finding.span),
        function_line=header and source.in_file(_point(header)).line,
        trail=tuple(
            TrailStep(source.in_file(step.span), _spoken(step.message, source, place.cell))
            for step in finding.trail
        ),
        fix=finding.fix and _fix(finding.fix, source.in_file, source.escaped),
    )


def _fix(fix: Fix, see: Callable[[Span], Span], written: Callable[[str], str]) -> Fix:
    edits = tuple(Edit(see(edit.span), written(edit.replacement)) for edit in fix.edits)
    return replace(fix, edits=edits)


def _loss_in_cell(loss: Loss, source: Notebook) -> Loss:
    place = start_in_cell(loss.line, source)
    bindings = tuple(
        Binding(source.in_cell(each.span), each.target, each.degree, each.spread, each.axes)
        for each in loss.bindings
    )
    why = _spoken(loss.why, source, place.cell)
    unknowns = tuple(_spoken(unknown, source, place.cell) for unknown in loss.unknowns)
    return replace(loss, line=place.line, cell=place.cell, why=why, unknowns=unknowns, bindings=bindings)


def start_in_cell(line: int, source: SourceText) -> Span:
    """The cell and the line in it of a line of the joined text."""
    return source.in_cell(_point(line))


def _point(line: int) -> Span:
    return Span(line, 1, line, 1)


def _spoken(text: str, source: Notebook, cell: int | None) -> str:
    """A message with the lines that it names as they are in their cells."""

    def spelled(match: re.Match[str]) -> str:
        place = start_in_cell(int(match[1]), source)
        return f"line {place.line}" if place.cell == cell else f"cell {place.cell}, line {place.line}"

    return _LINE.sub(spelled, text)
