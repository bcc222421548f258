"""The JSON of ``check`` and ``inspect``.

``check.schema.json`` and ``inspect.schema.json`` beside this file are its contract.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, Any

import msgspec

from losslint.model import Confirmation, FileError, Finding, Fix, Loss, Span
from losslint.report.statistics import count

if TYPE_CHECKING:
    from losslint.report import Lines, Style
    from losslint.run import Run

VERSION = 1
RULE_URL = "urn:losslint:rule:{code}"


def render_json(finished: Run, lines: Lines, style: Style) -> Iterator[str]:
    """One document with everything."""
    document: dict[str, Any] = {
        "version": VERSION,
        "findings": [finding_data(finding) for finding in finished.findings],
        "errors": [error_data(error) for error in finished.errors],
        "warnings": list(finished.warnings),
        "summary": {
            "files": finished.files,
            "losses": finished.loss_count,
            "findings": len(finished.findings),
            "fixed": finished.fixed,
            "known": finished.known,
        },
    }
    if style.statistics:
        document["statistics"] = count(finished)
    yield encode(document)


def render_json_lines(finished: Run, lines: Lines, style: Style) -> Iterator[str]:
    """One finding per line."""
    for finding in finished.findings:
        yield compact(finding_data(finding)) + "\n"


def render_losses(losses: Sequence[Loss], errors: Sequence[FileError]) -> Iterator[str]:
    """The document of ``inspect``."""
    yield encode(
        {
            "version": VERSION,
            "losses": [loss_data(loss) for loss in losses],
            "errors": [error_data(error) for error in errors],
        }
    )


def encode(document: Any) -> str:
    """Indented JSON with a line end."""
    return _encoded(document, 2) + "\n"


def compact(document: Any) -> str:
    """JSON on one line, without a line end."""
    return _encoded(document, -1)


def _encoded(document: Any, indent: int) -> str:
    """JSON on one line if ``indent`` is negative."""
    try:
        return msgspec.json.format(msgspec.json.encode(document), indent=indent).decode()
    except UnicodeEncodeError:  # a path that is not UTF-8: escaped, so that a reader gets the very same path
        return json.dumps(document, indent=indent if indent > 0 else None)


def finding_data(finding: Finding) -> dict[str, Any]:
    """A finding as INTERFACE promises it."""
    return {
        "code": finding.code,
        "name": finding.name,
        "severity": finding.severity.value,
        "message": finding.message,
        "path": finding.path,
        **span_data(finding.span),
        "function": finding.function,
        "function_line": finding.function_line,
        **_cell("function_cell", finding.function_cell),
        "framework": finding.framework,
        "degree": finding.degree,
        "gradient_degree": finding.gradient_degree,
        "coupled": finding.coupled,
        "trail": [
            {
                **_cell("cell", step.span.cell),
                "line": step.span.line,
                "column": step.span.column,
                "message": step.message,
            }
            for step in finding.trail
        ],
        "fix": None if finding.fix is None else _fix_data(finding.fix),
        "confirmation": None if finding.confirmation is None else _confirmation_data(finding.confirmation),
        "url": RULE_URL.format(code=finding.code),
    }


def loss_data(loss: Loss) -> dict[str, Any]:
    """A loss as INTERFACE promises it, and what each of its statements binds."""
    return {
        "path": loss.path,
        "qualname": loss.qualname,
        **_cell("cell", loss.cell),
        "line": loss.line,
        "framework": loss.framework,
        "found_by": loss.found_by,
        "returns": loss.returns.value,
        "degree": loss.degree,
        "gradient_degree": loss.gradient_degree,
        "coupled": loss.coupled,
        "verdict": loss.verdict.value,
        "why": loss.why,
        "unknowns": list(loss.unknowns),
        "bindings": [
            {
                **span_data(binding.span),
                "target": binding.target,
                "degree": binding.degree,
                "spread": binding.spread,
                "axes": binding.axes,
            }
            for binding in loss.bindings
        ],
    }


def error_data(error: FileError) -> dict[str, str]:
    """What could not be done, and for which path."""
    return {"path": error.path, "message": error.message}


def span_data(span: Span) -> dict[str, int]:
    """A stretch of a file, or of a cell of a notebook; ``end_column`` is exclusive."""
    return {
        **_cell("cell", span.cell),
        "line": span.line,
        "column": span.column,
        "end_line": span.end_line,
        "end_column": span.end_column,
    }


def _cell(key: str, cell: int | None) -> dict[str, int]:
    """The number of a cell, for what is in a notebook."""
    return {} if cell is None else {key: cell}


def _fix_data(fix: Fix) -> dict[str, Any]:
    return {
        "title": fix.title,
        "applicability": fix.applicability,
        "edits": [{**span_data(edit.span), "replacement": edit.replacement} for edit in fix.edits],
        "reanalysed": fix.reanalysed,
        "measured": fix.measured,
    }


def _confirmation_data(confirmation: Confirmation) -> dict[str, Any]:
    return {"status": confirmation.status, "degree": confirmation.degree, "reason": confirmation.reason}
