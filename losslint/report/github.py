"""Workflow commands that GitHub Actions turns into annotations."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from losslint.model import FileError, Finding, Severity
from losslint.report.concise import message, place
from losslint.report.paths import project_path, project_root
from losslint.report.terminal import printable

if TYPE_CHECKING:
    from losslint.report import Lines, Style
    from losslint.run import Run

_COMMANDS = {Severity.ERROR: "error", Severity.WARNING: "warning", Severity.INFO: "notice"}


def render_github(finished: Run, lines: Lines, style: Style) -> Iterator[str]:
    """One annotation per finding, and one per path that could not be checked."""
    root = project_root("GITHUB_WORKSPACE")
    for error in finished.errors:
        yield _error(error, project_path(error.path, root))
    for finding in finished.findings:
        yield _annotation(finding, project_path(finding.path, root))


def _annotation(finding: Finding, file: str) -> str:
    span = finding.span
    properties = {"title": f"losslint ({finding.code})", "file": file, "line": span.line}
    # GitHub refuses columns for a stretch of several lines.
    if span.line == span.end_line:
        properties |= {"col": span.column, "endLine": span.end_line, "endColumn": span.end_column}
    else:
        properties |= {"endLine": span.end_line}
    written = ",".join(f"{name}={_property(str(value))}" for name, value in properties.items())
    text = _message(f"{place(finding)}: {finding.code} {message(finding)}")
    return f"::{_COMMANDS[finding.severity]} {written}::{text}\n"


def _error(error: FileError, file: str) -> str:
    return f"::error title=losslint,file={_property(file)}::{_message(f'{error.path}: {error.message}')}\n"


def _message(text: str) -> str:
    return printable(text).replace("%", "%25")


def _property(text: str) -> str:
    return _message(text).replace(":", "%3A").replace(",", "%2C")
