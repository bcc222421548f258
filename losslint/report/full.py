"""Findings for a person: what is wrong, the lines that made it so, step by step, and the cure."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING

from losslint.model import Finding, Severity
from losslint.report.concise import evidence, place
from losslint.report.documentation import page_link
from losslint.report.frame import GAP, PRIMARY, SECONDARY, SOURCE, Mark, Row, frame
from losslint.report.terminal import BLUE, BOLD, paint, printable, wrapped

if TYPE_CHECKING:
    from losslint.report import Lines, Style
    from losslint.run import Run

_SEVERITY = {Severity.ERROR: "1;31", Severity.WARNING: "1;33", Severity.INFO: "1;36"}


def render_full(finished: Run, lines: Lines, style: Style) -> Iterator[str]:
    """One block per finding, an empty line after each, and at the end which pages explain them."""
    for finding in finished.findings:
        yield "".join(f"{line.rstrip()}\n" for line in _block(finding, lines, style)) + "\n"
    codes = sorted({finding.code for finding in finished.findings})
    if codes:
        more = f" (and {', '.join(codes[1:])})" if codes[1:] else ""
        text = "\n".join(wrapped(f"Read more: losslint rule {codes[0]}{more}", style.width)) + "\n"
        yield re.sub(r"LL\d+", lambda match: page_link(match[0], on=style.links), text)


def _block(finding: Finding, lines: Lines, style: Style) -> Iterator[str]:
    color = _SEVERITY[finding.severity]
    code = paint(
        f"{finding.severity.value}[{page_link(finding.code, on=style.links)}]", color, on=style.color
    )
    yield f"{code} {paint(finding.name, BOLD, on=style.color)}"
    yield from wrapped(finding.message, style.width)
    marks = _marks(finding)
    gutter = len(str(max((mark.span.line for mark in marks), default=1) + 3))
    where = f" in {finding.function}" if finding.function else ""
    yield f"{' ' * gutter}{paint('-->', BLUE, on=style.color)} {printable(place(finding))}{where}"
    bar = paint("|", BLUE, on=style.color)
    rows = list(_frames(finding, marks, lines, style.width - gutter - 3))
    if rows:
        yield f"{' ' * gutter} {bar}"
    for row in rows:
        number = paint(f"{row.number or '':>{gutter}}", BLUE, on=style.color)
        yield f"{number} {bar} {_row(row, color, style)}"
    if rows:
        yield f"{' ' * gutter} {bar}"
    for word, text in _notes(finding):
        yield from _note(word, text, gutter, style)


def _frames(finding: Finding, marks: Sequence[Mark], lines: Lines, width: int) -> Iterator[Row]:
    """The frame of a file; of a notebook one for each cell that the trail leads through."""
    cells = sorted({mark.span.cell for mark in marks if mark.span.cell is not None})
    if not cells:
        yield from frame(marks, lines(finding.path), width)
    for cell in cells:
        if len(cells) > 1:
            yield Row(None, f"cell {cell}", GAP)
        yield from frame([mark for mark in marks if mark.span.cell == cell], lines(finding.path, cell), width)


def _marks(finding: Finding) -> list[Mark]:
    """The trail, numbered where it has several steps; the finding's own place among them or by itself."""
    steps = finding.trail
    labels = [
        f"{number}: {step.message}" if len(steps) > 1 else step.message
        for number, step in enumerate(steps, 1)
    ]
    marks = [
        Mark(step.span, printable(label), primary=step.span == finding.span)
        for step, label in zip(steps, labels, strict=True)
    ]
    if not any(mark.primary for mark in marks):
        marks.append(Mark(finding.span, "", primary=True))
    return marks


def _notes(finding: Finding) -> Iterator[tuple[str, str]]:
    if finding.fix is not None:
        yield "help", finding.fix.title
    if finding.confirmation is not None:
        yield finding.confirmation.status, evidence(finding.confirmation)


def _note(word: str, text: str, gutter: int, style: Style) -> Iterator[str]:
    start = f"{' ' * gutter} = {word}: "
    for number, line in enumerate(wrapped(text, max(style.width - len(start), 20))):
        if number:
            yield f"{' ' * len(start)}{line}"
        else:
            sign, label = paint("=", BLUE, on=style.color), paint(word, BOLD, on=style.color)
            yield f"{' ' * gutter} {sign} {label}: {line}"


def _row(row: Row, color: str, style: Style) -> str:
    return paint(row.text, {PRIMARY: color, SECONDARY: BLUE, SOURCE: ""}.get(row.kind, ""), on=style.color)
