"""One line per finding: ``path:line:column: CODE message``."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from losslint.model import Finding

if TYPE_CHECKING:
    from losslint.report import Lines, Style
    from losslint.run import Run


def render_concise(finished: Run, lines: Lines, style: Style) -> Iterator[str]:
    """The findings, with the place and the code in colour where that is wanted."""
    for finding in finished.findings:
        yield _colored(finding) if style.color else f"{place(finding)}: {finding.code} {finding.message}\n"


def place(finding: Finding) -> str:
    """``path:line:column`` of where the finding starts, as editors and terminals make it a link."""
    return f"{finding.path}:{finding.span.line}:{finding.span.column}"


def _colored(finding: Finding) -> str:
    return f"\x1b[1m{place(finding)}\x1b[0m: \x1b[1;31m{finding.code}\x1b[0m {finding.message}\n"
