"""SARIF 2.1.0, which code scanning services read: rules with their pages, trails as code flows, fixes.

Columns are in characters (``unicodeCodePoints``). The specification:
https://docs.oasis-open.org/sarif/sarif/v2.1.0/sarif-v2.1.0.html
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from losslint import __version__
from losslint.identity import fingerprints
from losslint.model import FileError, Finding, Fix, Severity, Span
from losslint.report.concise import message
from losslint.report.json_report import RULE_URL, encode
from losslint.report.paths import project_path, project_root, uri
from losslint.rules import _registry
from losslint.rules._rule import Rule

if TYPE_CHECKING:
    from losslint.report import Lines, Style
    from losslint.run import Run

SCHEMA = "https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/schemas/sarif-schema-2.1.0.json"
ROOT = "SRCROOT"
FINGERPRINT = "losslintFinding/v1"

_LEVELS = {Severity.ERROR: "error", Severity.WARNING: "warning", Severity.INFO: "note"}


def render_sarif(finished: Run, lines: Lines, style: Style) -> Iterator[str]:
    """One log with one run."""
    root = project_root("GITHUB_WORKSPACE")
    writer = _Writer(root)
    codes = sorted({finding.code for finding in finished.findings})
    marks = fingerprints(finished.findings, lines, writer.path)
    run: dict[str, Any] = {
        "tool": {
            "driver": {
                "name": "losslint",
                "semanticVersion": __version__,
                "version": __version__,
                "rules": [_rule(_registry.load(code)) for code in codes],
            }
        },
        "invocations": [
            {
                "executionSuccessful": not finished.errors,
                "toolExecutionNotifications": [writer.notification(error) for error in finished.errors],
            }
        ],
        "originalUriBaseIds": {ROOT: {"uri": uri(f"{root.replace(chr(92), '/')}/")}},
        "columnKind": "unicodeCodePoints",
        "results": [
            writer.result(finding, codes.index(finding.code), mark)
            for finding, mark in zip(finished.findings, marks, strict=True)
        ],
    }
    yield encode({"$schema": SCHEMA, "version": "2.1.0", "runs": [run]})


@dataclass(frozen=True, slots=True)
class _Writer:
    """Findings as results whose paths are relative to a root."""

    root: str

    def path(self, path: str) -> str:
        return project_path(path, self.root)

    def result(self, finding: Finding, rule: int, fingerprint: str) -> dict[str, Any]:
        location: dict[str, Any] = {"physicalLocation": self._physical(finding.path, finding.span)}
        if finding.function:
            location["logicalLocations"] = [{"fullyQualifiedName": finding.function, "kind": "function"}]
        result: dict[str, Any] = {
            "ruleId": finding.code,
            "ruleIndex": rule,
            "level": _LEVELS[finding.severity],
            "message": {"text": message(finding)},
            "locations": [location],
            # The first name is the one that GitHub compares; it looks at the path by itself.
            "partialFingerprints": {"primaryLocationLineHash": f"{fingerprint}:1", FINGERPRINT: fingerprint},
        }
        if finding.trail:
            result["codeFlows"] = [{"threadFlows": [{"locations": self._flow(finding)}]}]
        if finding.fix is not None and finding.fix.edits:
            result["fixes"] = [self._fix(finding.path, finding.fix)]
        if properties := _properties(finding):
            result["properties"] = properties
        return result

    def notification(self, error: FileError) -> dict[str, Any]:
        """What could not be checked."""
        return {
            "level": "error",
            "message": {"text": error.message},
            "locations": [{"physicalLocation": {"artifactLocation": self._artifact(error.path)}}],
        }

    def _flow(self, finding: Finding) -> list[dict[str, Any]]:
        last = len(finding.trail)
        return [
            {
                "location": {
                    "physicalLocation": self._physical(finding.path, step.span),
                    "message": {"text": step.message},
                },
                "importance": "essential" if number in (1, last) else "important",
            }
            for number, step in enumerate(finding.trail, 1)
        ]

    def _fix(self, path: str, fix: Fix) -> dict[str, Any]:
        return {
            "description": {"text": fix.title},
            "artifactChanges": [
                {
                    "artifactLocation": self._artifact(path),
                    "replacements": [
                        {
                            "deletedRegion": _region(edit.span),
                            "insertedContent": {"text": edit.replacement},
                        }
                        for edit in fix.edits
                    ],
                }
            ],
        }

    def _physical(self, path: str, span: Span) -> dict[str, Any]:
        return {"artifactLocation": self._artifact(path), "region": _region(span)}

    def _artifact(self, path: str) -> dict[str, Any]:
        shown = uri(self.path(path))
        return {"uri": shown} if shown.startswith("file://") else {"uri": shown, "uriBaseId": ROOT}


def _region(span: Span) -> dict[str, int]:
    return {
        "startLine": span.line,
        "startColumn": span.column,
        "endLine": span.end_line,
        "endColumn": span.end_column,
    }


def _properties(finding: Finding) -> dict[str, Any]:
    known = {
        "degree": finding.degree,
        "gradientDegree": finding.gradient_degree,
        "coupled": finding.coupled,
        "framework": finding.framework,
        "confirmation": finding.confirmation and finding.confirmation.status,
        "measuredDegree": finding.confirmation and finding.confirmation.degree,
    }
    return {name: value for name, value in known.items() if value is not None}


def _rule(rule: Rule) -> dict[str, Any]:
    return {
        "id": rule.code,
        "name": "".join(word.capitalize() for word in rule.name.split("-")),
        "shortDescription": {"text": rule.summary},
        "fullDescription": {"text": _what_it_finds(rule)},
        "help": {"text": rule.page.strip(), "markdown": rule.page.strip()},
        "helpUri": RULE_URL.format(code=rule.code),
        "defaultConfiguration": {"level": _LEVELS[rule.severity], "enabled": rule.default},
        "properties": {
            "tags": ["machine-learning", "loss", "batch-size"],
            "precision": "high",
            "problem.severity": {"note": "recommendation"}.get(_LEVELS[rule.severity], rule.severity.value),
        },
    }


def _what_it_finds(rule: Rule) -> str:
    """The first paragraph of the page on one line."""
    paragraphs = rule.page.strip().split("\n\n")
    return " ".join(next((text for text in paragraphs if not text.startswith("#")), rule.summary).split())
