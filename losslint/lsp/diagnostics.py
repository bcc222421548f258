"""From findings to diagnostics."""

from __future__ import annotations

from collections.abc import Iterable

from lsprotocol import types

from losslint.lsp.layout import Layout
from losslint.model import Finding, Severity, Span
from losslint.report.concise import message
from losslint.report.documentation import page_of
from losslint.source.comments import PragmaProblem
from losslint.suppress import UNUSED

SOURCE = "losslint"
SEVERITIES = {
    Severity.ERROR: types.DiagnosticSeverity.Error,
    Severity.WARNING: types.DiagnosticSeverity.Warning,
    Severity.INFO: types.DiagnosticSeverity.Information,
}
_TO_END_OF_LINE = 1_000_000


def diagnostics_of(
    layout: Layout,
    findings: Iterable[Finding],
    problems: Iterable[PragmaProblem] = (),
    *,
    related: bool = True,
) -> dict[str, list[types.Diagnostic]]:
    """Everything that is to be said, by document; nothing where nothing is.

    ``related``: the client shows where a value came from.
    """
    found: dict[str, list[types.Diagnostic]] = {part.uri: [] for part in layout.parts.values()}
    for finding in findings:
        found[layout.location(finding.span).uri].append(diagnostic(finding, layout, related=related))
    for problem in problems:
        where = layout.location(Span(problem.line, problem.column, problem.line, _TO_END_OF_LINE))
        found[where.uri].append(_problem(problem, where.range))
    return found


def diagnostic(finding: Finding, layout: Layout, *, related: bool = True) -> types.Diagnostic:
    """One finding, with its trail as related places."""
    trail = [
        types.DiagnosticRelatedInformation(layout.location(step.span), step.message) for step in finding.trail
    ]
    return types.Diagnostic(
        range=layout.location(finding.span).range,
        message=message(finding),
        severity=SEVERITIES[finding.severity],
        code=finding.code,
        code_description=description(finding.code),
        source=SOURCE,
        tags=[types.DiagnosticTag.Unnecessary] if finding.code == UNUSED else None,
        related_information=trail if related and trail else None,
    )


def description(code: str) -> types.CodeDescription | None:
    """Where a rule's page is, if the documentation is there."""
    page = page_of(code)
    return types.CodeDescription(page) if page is not None else None


def _problem(problem: PragmaProblem, where: types.Range) -> types.Diagnostic:
    """A comment that looks like ours and has no effect."""
    return types.Diagnostic(
        range=where, message=problem.message, severity=types.DiagnosticSeverity.Warning, source=SOURCE
    )
