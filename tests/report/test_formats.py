"""Each output format on the same findings, and JSON against its published schema."""

from __future__ import annotations

import json
from dataclasses import replace
from importlib import resources
from pathlib import Path
from typing import Any

import pytest
from commanding import Command
from jsonschema import Draft202012Validator

from losslint.model import (
    Binding,
    Confirmation,
    Edit,
    FileError,
    Finding,
    Fix,
    Loss,
    Returns,
    Severity,
    Span,
    TrailStep,
    Verdict,
)
from losslint.report import Style, render
from losslint.report.json_report import render_losses
from losslint.report.reveal import render_reveal
from losslint.run import Run
from losslint.source.text import split_lines

SOURCE = """\
def complex_loss(y_true, y_pred):
    total = tf.reduce_sum(tf.abs(y_true - y_pred), name="合計")  # 100%, of the batch
\tscaled = 2.0 * total
    # between

    return tf.math.log(
        1.0 + scaled
    )
"""

FULL = Finding(
    "LL102",
    "batch-sum-into-nonlinearity",
    Severity.ERROR,
    "log is applied to a sum over the batch, so no later division can undo it: "
    "divide the sum by the batch size.",
    "src/losses.py",
    Span(6, 12, 8, 6),
    function="complex_loss",
    function_line=1,
    framework="tensorflow",
    degree="mixed",
    gradient_degree="0",
    coupled=True,
    trail=(
        TrailStep(Span(2, 13, 2, 62), "sum over the batch: N^1"),
        TrailStep(Span(3, 11, 3, 22), "scaled: N^1"),
        TrailStep(Span(6, 12, 8, 6), "log of N^1: no single power of N"),
    ),
    fix=Fix("divide by the batch size", "suggested", (Edit(Span(2, 13, 2, 62), "x"),), True, "0"),
    confirmation=Confirmation("confirmed", "mixed", None),
)
PLAIN = Finding(
    "LL001", "syntax-error", Severity.WARNING, "does not parse: 50%, a:b", "a,b.py", Span(1, 1, 1, 2)
)
LOSS = Loss(
    "src/losses.py",
    "complex_loss",
    1,
    "tensorflow",
    "parameters",
    Returns.SCALAR,
    "mixed",
    "0",
    True,
    Verdict.MIXED,
    "log(…) at line 6 is applied to a sum over the batch (line 2)",
    ("helper",),
    (
        Binding(Span(2, 5, 2, 62), "total", "1", "linear", "scalar"),
        Binding(Span(3, 5, 3, 22), "scaled", "1/2 | mixed", "linear", "scalar"),
        Binding(Span(3, 5, 3, 22), "scaled", "1/2 | mixed", "linear", "scalar"),
        Binding(Span(4, 5, 4, 6), "parts", "-", "-", "seq"),
    ),
)
FINISHED = Run(
    files=2,
    findings=(PLAIN, FULL),
    losses=(LOSS,),
    errors=(FileError("gone.py", "no such file or directory"),),
    warnings=("src: no Python files found",),
)


def lines(path: str) -> tuple[str, ...]:
    return split_lines(SOURCE) if path == FULL.path else ("def f(:\n",)


def rendered(name: str, finished: Run = FINISHED, **style: Any) -> str:
    return "".join(render(name, finished, lines, Style(**style)))


def schema(name: str) -> Draft202012Validator:
    document = json.loads(
        resources.files("losslint.report").joinpath(f"{name}.schema.json").read_text("utf-8")
    )
    Draft202012Validator.check_schema(document)
    return Draft202012Validator(document)


def test_concise() -> None:
    assert rendered("concise") == (
        "a,b.py:1:1: LL001 does not parse: 50%, a:b\n"
        f"src/losses.py:6:12: LL102 {FULL.message} [confirmed: measured degree mixed]\n"
    )


def test_json_follows_its_schema_and_holds_everything() -> None:
    document = json.loads(rendered("json"))
    schema("check").validate(document)
    _, finding = document["findings"]
    assert {key: finding[key] for key in ("line", "column", "end_line", "end_column")} == {
        "line": 6,
        "column": 12,
        "end_line": 8,
        "end_column": 6,
    }
    assert finding["trail"][0] == {"line": 2, "column": 13, "message": "sum over the batch: N^1"}
    assert finding["fix"] == {
        "title": "divide by the batch size",
        "applicability": "suggested",
        "edits": [{"line": 2, "column": 13, "end_line": 2, "end_column": 62, "replacement": "x"}],
        "reanalysed": True,
        "measured": "0",
    }
    assert finding["confirmation"] == {"status": "confirmed", "degree": "mixed", "reason": None}
    assert (finding["degree"], finding["gradient_degree"], finding["coupled"]) == ("mixed", "0", True)
    assert document["errors"] == [{"path": "gone.py", "message": "no such file or directory"}]
    assert document["warnings"] == ["src: no Python files found"]
    assert document["summary"] == {"files": 2, "losses": 1, "findings": 2, "fixed": 0, "known": 0}


def test_json_has_the_keys_that_are_promised() -> None:
    promised = "code name severity message path line column end_line end_column function function_line"
    also = "framework degree gradient_degree coupled trail fix confirmation url"
    for finding in json.loads(rendered("json"))["findings"]:
        assert set(finding) == {*promised.split(), *also.split()}


@pytest.mark.parametrize("broken", [{"version": 2}, {"findings": [{}]}, {"summary": {}}])
def test_the_schema_refuses_what_is_not_promised(broken: dict[str, object]) -> None:
    assert not schema("check").is_valid({**json.loads(rendered("json")), **broken})


@pytest.mark.parametrize("degree", ["2/0", "N", "", "1.5", "--1"])
def test_the_schema_knows_degrees(degree: str) -> None:
    document = json.loads(rendered("json", replace(FINISHED, findings=(replace(FULL, degree=degree),))))
    assert not schema("check").is_valid(document)


def test_json_statistics_follow_the_schema() -> None:
    document = json.loads(rendered("json", statistics=True))
    schema("check").validate(document)
    assert document["statistics"] == {"LL001": 1, "LL102": 1}


def test_json_lines() -> None:
    first, second = map(json.loads, rendered("json-lines").splitlines())
    assert [first, second] == json.loads(rendered("json"))["findings"]


def test_inspect_json_follows_its_schema() -> None:
    document = json.loads("".join(render_losses(FINISHED.losses, FINISHED.errors)))
    schema("inspect").validate(document)
    [loss] = document["losses"]
    assert loss["verdict"] == "mixed"
    assert loss["bindings"][1]["degree"] == "1/2 | mixed"
    assert not schema("inspect").is_valid({**document, "losses": [{**loss, "verdict": "fine"}]})


def test_inspect_of_the_fixtures_follows_its_schema(command: Command) -> None:
    fixtures = Path(__file__).parents[2] / "fixtures"
    outcome = command("inspect", str(fixtures), "--output-format", "json")
    assert (outcome.status, outcome.err) == (0, "")
    document = json.loads(outcome.out)
    schema("inspect").validate(document)
    assert len(document["losses"]) > 50
    schema("check").validate(json.loads(command(str(fixtures), "--output-format", "json").out))


def test_github() -> None:
    error, plain, full = rendered("github").splitlines()
    assert error == "::error title=losslint,file=gone.py::gone.py: no such file or directory"
    assert plain == (
        "::warning title=losslint (LL001),file=a%2Cb.py,line=1,col=1,endLine=1,endColumn=2"
        "::a,b.py:1:1: LL001 does not parse: 50%25, a:b"
    )
    assert full.startswith("::error title=losslint (LL102),file=src/losses.py,line=6,endLine=8::")


def test_reveal() -> None:
    text = "".join(render_reveal([LOSS], lines, Style(width=96)))
    assert text == (
        "src/losses.py:1 complex_loss: mixed\n"
        "  mixed, gradient N^0, coupled, returns scalar (tensorflow, found by parameters)\n"
        "  log(…) at line 6 is applied to a sum over the batch (line 2)\n"
        "  unknown: helper\n"
        "\n"
        "  2  total   N^1 linear scalar             total = tf.reduce_sum(tf.abs(y_true - y_pred), name=…\n"
        "  3  scaled  N^1/2 | mixed linear scalar   scaled = 2.0 * total\n"
        "  4  parts   seq                           # between\n"
    )


@pytest.mark.parametrize("name", ["full", "concise", "json-lines", "github"])
def test_nothing_found_is_nothing_written(name: str) -> None:
    assert rendered(name, Run(files=1)) == ""


def test_nothing_found_is_a_document_without_findings() -> None:
    assert json.loads(rendered("json", Run(files=1)))["findings"] == []
