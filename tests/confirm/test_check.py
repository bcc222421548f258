"""``losslint check --confirm`` from the outside; what a loss does when it is run is tested elsewhere."""

from __future__ import annotations

import io
import json
import subprocess
import sys
import types
from pathlib import Path

import jsonschema
import pytest

from losslint.confirm import session
from losslint.confirm.model import ConfirmOptions, LossRequest, Measured
from losslint.report import json_report

LOSSES = """\
def summed_loss(y_true, y_pred):
    return reduce_sum(y_true - y_pred)


def harmless_loss(y_true, y_pred):
    return reduce_sum(y_true - y_pred) / 8


def crashing_loss(y_true, y_pred):
    return reduce_sum(y_true) + reduce_sum(y_pred)
"""
RESULTS = {
    "summed_loss": {"status": "measured", "degree": "1", "gradient_degree": "1", "verdict": "grows"},
    "harmless_loss": {"status": "measured", "degree": "0", "gradient_degree": "0", "verdict": "invariant"},
    "crashing_loss": {"status": "crashed", "reason": "it was killed by SIGSEGV"},
}
NO_TENSORFLOW = "#!/bin/sh\nexec '{python}' -S \"$@\"\n"


@pytest.fixture
def losses(command, word_analysis) -> Path:
    path = Path("losses.py")
    path.write_text(LOSSES, encoding="utf-8")
    return path


@pytest.fixture
def asked(monkeypatch) -> list[tuple[LossRequest, ConfirmOptions]]:
    """A session that runs nothing: what it was asked, and answers by the name of the loss."""
    asked: list[tuple[LossRequest, ConfirmOptions]] = []

    def confirm_losses(requests, options):
        for request in requests:
            asked.append((request, options))
            answer = RESULTS[request.qualname]
            yield Measured(request.path, request.qualname, request.line, coupled=False, **answer)

    monkeypatch.setattr(session, "confirm_losses", confirm_losses)
    return asked


def test_each_loss_is_run_once_and_each_finding_judged(command, losses, asked):
    outcome = command("losses.py", "--confirm", "--output-format", "concise")
    assert outcome.status == 1
    assert outcome.out.splitlines() == [
        "losses.py:2:12: LL101 the batch is summed and never divided [confirmed: measured degree 1]",
        "losses.py:6:12: LL101 the batch is summed and never divided "
        "[refuted: growth with the batch was claimed, but measured degree 0 with independent samples]",
        "losses.py:10:12: LL101 the batch is summed and never divided "
        "[unconfirmed: crashed: it was killed by SIGSEGV]",
        "losses.py:10:33: LL101 the batch is summed and never divided "
        "[unconfirmed: crashed: it was killed by SIGSEGV]",
    ]
    assert [request.qualname for request, _ in asked] == ["summed_loss", "harmless_loss", "crashing_loss"]
    assert outcome.err.splitlines() == [
        "losslint: about to import and run 3 losses from 1 file",
        "4 findings (1 confirmed, 1 refuted, 2 unconfirmed); 1 file and 3 losses checked",
    ]


def test_json_holds_verdict_degree_and_reason(command, losses, asked):
    document = json.loads(command("losses.py", "--confirm", "--output-format", "json").out)
    schema = Path(json_report.__file__).with_name("check.schema.json")
    jsonschema.validate(document, json.loads(schema.read_text(encoding="utf-8")))
    assert [finding["confirmation"] for finding in document["findings"]][:3] == [
        {"status": "confirmed", "degree": "1", "reason": "measured degree 1"},
        {
            "status": "refuted",
            "degree": "0",
            "reason": "growth with the batch was claimed, but measured degree 0 with independent samples",
        },
        {"status": "unconfirmed", "degree": None, "reason": "crashed: it was killed by SIGSEGV"},
    ]


@pytest.mark.parametrize(
    ("format_", "says"),
    [
        ("full", "  = confirmed: measured degree 1\n"),
        ("github", "never divided [confirmed: measured degree 1]\n"),
    ],
)
def test_the_other_reports_show_it(command, losses, asked, format_, says):
    assert says in command("losses.py", "--confirm", "--output-format", format_).out


def test_nothing_is_announced_or_run_where_nothing_is_found(command, losses, asked):
    losses.write_text(
        "def loss(y_true, y_pred):\n    return reduce_mean(y_true - y_pred)\n", encoding="utf-8"
    )
    outcome = command("losses.py", "--confirm")
    assert (outcome.status, outcome.err) == (0, "nothing found; 1 file and 1 loss checked\n")
    assert asked == []


def test_nothing_is_run_without_the_flag(command, losses, asked):
    Path("losslint.toml").write_text(f'[confirm]\npython = "{sys.executable}"\n', encoding="utf-8")
    for arguments in ((), ("--output-format", "json"), ("--diff",), ("--fix",)):
        command("losses.py", *arguments)
    assert asked == []


def test_a_diff_runs_no_findings_that_it_does_not_show(command, losses, asked):
    assert command("losses.py", "--confirm", "--diff").status == 1
    assert asked == []


def test_quiet_leaves_the_findings_alone(command, losses, asked):
    outcome = command("losses.py", "--confirm", "-q")
    assert (outcome.err, len(outcome.out.splitlines())) == ("", 4)


def test_configuration_says_how_losses_are_run(command, losses, asked):
    Path("venv/bin").mkdir(parents=True)
    Path("venv/bin/python").touch()
    Path("losslint.toml").write_text(
        '[confirm]\npython = "venv"\nbatch-sizes = [2, 32]\ntimeout = 7\nmemory-mb = 512\n'
        '[confirm.inputs]\nsummed_loss = "y_true=(N,2):real y_pred=(N,2):real"\n',
        encoding="utf-8",
    )
    command("losses.py", "--confirm")
    (summed, options), (harmless, _), _ = asked
    assert (summed.inputs, harmless.inputs) == ("y_true=(N,2):real y_pred=(N,2):real", None)
    assert Path(options.python).samefile("venv")
    assert (options.batch_sizes, options.timeout, options.memory_mb) == ((2, 4, 8, 16, 32), 7, 512)
    assert options.project == Path.cwd()


def test_the_command_line_is_stronger(command, losses, asked):
    Path("losslint.toml").write_text('[confirm]\npython = "one"\n', encoding="utf-8")
    command("losses.py", "--confirm", "--python", "another")
    assert {options.python for _, options in asked} == {"another"}


def test_a_path_in_configuration_is_relative_to_it(command, losses, asked, monkeypatch):
    Path("inner/env/bin").mkdir(parents=True)
    Path("env/bin").mkdir(parents=True)
    Path("env/bin/python").touch()
    Path("losslint.toml").write_text('[confirm]\npython = "env/bin/python"\n', encoding="utf-8")
    losses.rename("inner/losses.py")
    expected = Path("env/bin/python").absolute()
    monkeypatch.chdir("inner")
    command("losses.py", "--confirm")
    assert {Path(options.python) for _, options in asked} == {expected}


def test_what_came_through_stdin_is_not_run(command, losses, asked, monkeypatch):
    """The file of that name holds other code."""
    monkeypatch.setattr(sys, "stdin", types.SimpleNamespace(buffer=io.BytesIO(losses.read_bytes())))
    outcome = command("-", "--stdin-filename", "losses.py", "--confirm", "--output-format", "json")
    reasons = {finding["confirmation"]["reason"] for finding in json.loads(outcome.out)["findings"]}
    assert reasons == {"standard input is not run; confirm the file itself"}
    assert asked == []


@pytest.mark.parametrize("script", [None, NO_TENSORFLOW], ids=["no interpreter", "no TensorFlow"])
def test_without_a_framework_the_findings_stay_and_one_line_helps(command, losses, script):
    python = Path("python").absolute()
    if script is not None:
        python.write_text(script.format(python=sys.executable), encoding="utf-8")
        python.chmod(0o755)
    outcome = command("losses.py", "--confirm", "--python", str(python))
    assert outcome.status == 1
    assert outcome.out.count("[unconfirmed: not run: ") == len(outcome.out.splitlines()) == 4
    announced, warning, summary = outcome.err.splitlines()
    assert announced == "losslint: about to import and run 3 losses from 1 file"
    assert warning.startswith("warning: nothing is confirmed: ") and "--python" in warning
    assert ("pip install tensorflow" in warning) is (script is not None)
    assert summary == "4 findings (4 unconfirmed); 1 file and 3 losses checked"


def test_an_interpreter_without_anything_to_run_is_an_error(command, losses, asked):
    outcome = command("losses.py", "--python", "python3")
    assert outcome.status == 2 and "--python is the interpreter for --confirm" in outcome.err
    assert asked == []


@pytest.mark.tensorflow
def test_the_whole_way(tmp_path):
    """A real run: analysis, worker, TensorFlow."""
    (tmp_path / "losses.py").write_text(
        "import tensorflow as tf\n\n\n"
        "def summed_loss(y_true, y_pred):\n"
        "    return tf.reduce_sum(tf.square(y_true - y_pred))\n",
        encoding="utf-8",
    )
    done = subprocess.run(
        [sys.executable, "-m", "losslint", "losses.py", "--confirm", "--python", sys.executable],
        cwd=tmp_path,
        capture_output=True,
        text=True,
        timeout=300,
        check=False,
    )
    assert done.returncode == 1
    assert done.stderr.startswith("losslint: about to import and run 1 loss from 1 file\n")
    assert "LL101" in done.stdout and "[confirmed: measured degree 1]" in done.stdout


def test_a_request_is_asked_for_when_the_one_before_is_answered(tmp_path: Path) -> None:
    """Fixes are measured one by one: what is asked next hangs on the last answer, and the questions have no end."""
    asked = []

    def requests():
        while True:
            asked.append(LossRequest(str(tmp_path / "gone.py"), f"loss_{len(asked)}"))
            yield asked[-1]

    results = session.confirm_losses(requests(), ConfirmOptions(python=sys.executable))
    assert [(next(results).qualname, len(asked)) for _ in range(3)] == [
        ("loss_0", 1),
        ("loss_1", 2),
        ("loss_2", 3),
    ]
    results.close()
