"""One line per finding: ``path:line:column: CODE message``."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from losslint.model import Finding
from losslint.report.terminal import BOLD, RED, paint, printable

if TYPE_CHECKING:
    from losslint.report import Lines, Style
    from losslint.run import Run


def render_concise(finished: Run, lines: Lines, style: Style) -> Iterator[str]:
    """The findings, with the place and the code in colour where that is wanted."""
    for finding in finished.findings:
        where = paint(printable(place(finding)), BOLD, on=style.color)
        code = paint(finding.code, RED, on=style.color)
        yield f"{where}: {code} {printable(finding.message)}\n"


def place(finding: Finding) -> str:
    """``path:line:column`` of where the finding starts, as editors and terminals make it a link."""
    return f"{finding.path}:{finding.span.line}:{finding.span.column}"
