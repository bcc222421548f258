"""JUnit XML: a test suite for each file with findings, a failed test for each finding."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator
from itertools import groupby
from typing import TYPE_CHECKING
from xml.etree import ElementTree as ET

from losslint.model import FileError, Finding
from losslint.report.concise import message, place
from losslint.report.paths import project_path, project_root
from losslint.report.terminal import printable

if TYPE_CHECKING:
    from losslint.report import Lines, Style
    from losslint.run import Run

_TALLY = ("tests", "failures", "errors")


def render_junit(finished: Run, lines: Lines, style: Style) -> Iterator[str]:
    """One document. Where nothing is found it holds one test that passed: an empty report fails in Jenkins."""
    root = project_root()
    suites = [_suite(name, [_unchecked(error, name)]) for error, name in _named(finished.errors, root)]
    for path, findings in groupby(finished.findings, key=lambda finding: finding.path):
        name = printable(project_path(path, root))
        suites.append(_suite(name, _failures(findings, name)))
    if not suites:
        suites = [_suite("losslint", [_case("losslint", "nothing found")])]
    total = ET.Element("testsuites", {"name": "losslint"})
    total.extend(suites)
    for key in _TALLY:
        total.set(key, str(sum(int(suite.get(key, "0")) for suite in suites)))
    ET.indent(total)
    yield '<?xml version="1.0" encoding="UTF-8"?>\n'
    # What XML cannot hold (control characters, lone surrogates) ``printable`` has replaced.
    yield ET.tostring(total, encoding="unicode") + "\n"


def _named(errors: Iterable[FileError], root: str) -> Iterator[tuple[FileError, str]]:
    return ((error, printable(project_path(error.path, root))) for error in errors)


def _suite(name: str, cases: Iterable[ET.Element]) -> ET.Element:
    suite = ET.Element("testsuite", {"name": name})
    suite.extend(cases)
    counts = (len(suite), len(suite.findall("testcase/failure")), len(suite.findall("testcase/error")))
    for key, number in zip(_TALLY, counts, strict=True):
        suite.set(key, str(number))
    return suite


def _failures(findings: Iterable[Finding], file: str) -> Iterator[ET.Element]:
    """Named after rule and loss, copies numbered: a viewer knows a test by its name, and lines move."""
    seen: Counter[str] = Counter()
    for finding in findings:
        name = f"{finding.code} in {finding.function or 'the module'}"
        seen[name] += 1
        case = _case(_dotted(file), printable(name) + (f" ({seen[name]})" if seen[name] > 1 else ""))
        text = f"{finding.code}: {message(finding)}"
        failure = ET.SubElement(case, "failure", type=finding.severity.value, message=printable(text))
        story = [f"{place(finding)}: {finding.code} {message(finding)}"]
        story += [f"{step.span.line}:{step.span.column}: {step.message}" for step in finding.trail]
        failure.text = "\n".join(printable(line) for line in story)
        yield case


def _unchecked(error: FileError, file: str) -> ET.Element:
    case = _case(_dotted(file), "not checked")
    ET.SubElement(case, "error", type="error", message=printable(error.message))
    return case


def _case(group: str, name: str) -> ET.Element:
    # No file and no line: strict readers (the xUnit plugin of Jenkins) refuse a report with attributes of others.
    return ET.Element("testcase", classname=group, name=name)


def _dotted(file: str) -> str:
    """``src/losses.py`` as ``src.losses``: viewers group tests by the dots in their class names."""
    return file.removesuffix(".py").strip("/").replace("/", ".")
