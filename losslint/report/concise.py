"""One line per finding: ``path:line:column: CODE message``."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from losslint.model import Confirmation, Finding
from losslint.report.documentation import page_link
from losslint.report.terminal import BOLD, RED, paint, printable

if TYPE_CHECKING:
    from losslint.report import Lines, Style
    from losslint.run import Run


def render_concise(finished: Run, lines: Lines, style: Style) -> Iterator[str]:
    """The findings, with the place and the code in colour where that is wanted."""
    for finding in finished.findings:
        where = paint(printable(place(finding)), BOLD, on=style.color)
        code = paint(page_link(finding.code, on=style.links), RED, on=style.color)
        yield f"{where}: {code} {printable(message(finding))}\n"


def place(finding: Finding) -> str:
    """``path:line:column`` of where the finding starts, as editors and terminals make it a link.

    In a notebook ``path:cell N:line:column``.
    """
    return f"{finding.path}:{finding.span.place}"


def message(finding: Finding) -> str:
    """The message, and what running the loss said of it: ``… [confirmed: measured degree 1 …]``."""
    if finding.confirmation is None:
        return finding.message
    return f"{finding.message} [{finding.confirmation.status}: {evidence(finding.confirmation)}]"


def evidence(confirmation: Confirmation) -> str:
    """Why a finding is confirmed, refuted or neither, in a few words."""
    return confirmation.reason or f"measured degree {confirmation.degree or 'unknown'}"
