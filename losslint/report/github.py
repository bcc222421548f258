"""Workflow commands that GitHub Actions turns into annotations."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from losslint.model import FileError, Finding, Severity
from losslint.report.concise import message, place

if TYPE_CHECKING:
    from losslint.report import Lines, Style
    from losslint.run import Run

_COMMANDS = {Severity.ERROR: "error", Severity.WARNING: "warning", Severity.INFO: "notice"}


def render_github(finished: Run, lines: Lines, style: Style) -> Iterator[str]:
    """One annotation per finding, and one per path that could not be checked."""
    for error in finished.errors:
        yield _error(error)
    for finding in finished.findings:
        yield _annotation(finding)


def _annotation(finding: Finding) -> str:
    span = finding.span
    properties = {"title": f"losslint ({finding.code})", "file": finding.path, "line": span.line}
    # GitHub refuses columns for a stretch of several lines.
    if span.line == span.end_line:
        properties |= {"col": span.column, "endLine": span.end_line, "endColumn": span.end_column}
    else:
        properties |= {"endLine": span.end_line}
    written = ",".join(f"{name}={_property(str(value))}" for name, value in properties.items())
    text = _message(f"{place(finding)}: {finding.code} {message(finding)}")
    return f"::{_COMMANDS[finding.severity]} {written}::{text}\n"


def _error(error: FileError) -> str:
    return (
        f"::error title=losslint,file={_property(error.path)}::{_message(f'{error.path}: {error.message}')}\n"
    )


def _message(text: str) -> str:
    return text.replace("%", "%25").replace("\r", "%0D").replace("\n", "%0A")


def _property(text: str) -> str:
    return _message(text).replace(":", "%3A").replace(",", "%2C")
