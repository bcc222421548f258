"""The code quality report of GitLab CI: a list of issues that merge requests compare by fingerprint."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

from losslint.identity import fingerprints
from losslint.model import FileError, Finding, Severity
from losslint.report.concise import message
from losslint.report.json_report import encode
from losslint.report.paths import project_path, project_root

if TYPE_CHECKING:
    from losslint.report import Lines, Style
    from losslint.run import Run

_SEVERITIES = {Severity.ERROR: "major", Severity.WARNING: "minor", Severity.INFO: "info"}


def render_gitlab(finished: Run, lines: Lines, style: Style) -> Iterator[str]:
    """One list, empty where there is nothing to say, which is how GitLab learns that issues are gone."""
    root = project_root("CI_PROJECT_DIR")

    def shown(path: str) -> str:
        return project_path(path, root)

    issues = [_unchecked(error, shown(error.path)) for error in finished.errors]
    marks = fingerprints(finished.findings, lines, shown)
    issues += [
        _issue(finding, shown(finding.path), mark)
        for finding, mark in zip(finished.findings, marks, strict=True)
    ]
    yield encode(issues)


def _issue(finding: Finding, path: str, fingerprint: str) -> dict[str, Any]:
    span = finding.span
    return {
        "description": f"{finding.code}: {message(finding)}",
        "check_name": finding.code,
        "fingerprint": fingerprint,
        "severity": _SEVERITIES[finding.severity],
        "location": {
            "path": path,
            "positions": {
                "begin": {"line": span.line, "column": span.column},
                "end": {"line": span.end_line, "column": span.end_column},
            },
        },
    }


def _unchecked(error: FileError, path: str) -> dict[str, Any]:
    from hashlib import blake2b

    text = f"{path}\0{error.message}".encode("utf-8", "surrogatepass")
    return {
        "description": f"not checked: {error.message}",
        "check_name": "losslint",
        "fingerprint": blake2b(text, digest_size=16).hexdigest(),
        "severity": "blocker",
        "location": {"path": path, "lines": {"begin": 1}},
    }
