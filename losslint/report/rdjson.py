"""The diagnostic format of reviewdog, which turns findings into comments on a change.

Its columns count the bytes of UTF-8, from 1.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, Any

from losslint.model import Fix, Severity, Span
from losslint.report.concise import message
from losslint.report.json_report import encode
from losslint.report.paths import project_path, project_root

if TYPE_CHECKING:
    from losslint.report import Lines, Style
    from losslint.run import Run

_SEVERITIES = {Severity.ERROR: "ERROR", Severity.WARNING: "WARNING", Severity.INFO: "INFO"}


def render_rdjson(finished: Run, lines: Lines, style: Style) -> Iterator[str]:
    """One document with all findings, and with the paths that could not be checked."""
    root = project_root()
    diagnostics: list[dict[str, Any]] = [
        {
            "message": f"not checked: {error.message}",
            "location": {"path": project_path(error.path, root)},
            "severity": "ERROR",
        }
        for error in finished.errors
    ]
    for finding in finished.findings:
        source, path = lines(finding.path), project_path(finding.path, root)
        diagnostics.append(
            {
                "message": message(finding),
                "location": {"path": path, "range": _range(finding.span, source)},
                "severity": _SEVERITIES[finding.severity],
                "code": {"value": finding.code},
                "suggestions": _suggestions(finding.fix, source),
                "related_locations": [
                    {
                        "message": step.message,
                        "location": {"path": path, "range": _range(step.span, source)},
                    }
                    for step in finding.trail
                ],
            }
        )
    yield encode({"source": {"name": "losslint"}, "severity": "WARNING", "diagnostics": diagnostics})


def _suggestions(fix: Fix | None, source: Sequence[str]) -> list[dict[str, Any]]:
    """The fix as one stretch of new text: reviewdog offers each suggestion alone, and half a fix is none."""
    if fix is None or not fix.edits or not source:
        return []
    from losslint.fix.edits import merged

    edit = merged(source, fix.edits)
    return [{"range": _range(edit.span, source), "text": edit.replacement}]


def _range(span: Span, source: Sequence[str]) -> dict[str, Any]:
    return {
        "start": {"line": span.line, "column": _bytes(span.line, span.column, source)},
        "end": {"line": span.end_line, "column": _bytes(span.end_line, span.end_column, source)},
    }


def _bytes(line: int, column: int, source: Sequence[str]) -> int:
    """A column in characters as one in bytes."""
    before = source[line - 1][: column - 1] if line <= len(source) else ""
    return column - len(before) + len(before.encode("utf-8", "surrogatepass"))
