"""The command line: what it accepts, prints and exits with."""

from __future__ import annotations

import io
import json
import os
import re
import signal
import subprocess
import sys
import time
from pathlib import Path
from urllib.parse import unquote, urlsplit

import pytest
from commanding import Command
from losslint.rules._registry import codes

from losslint import __version__
from losslint.cli import run_command_line

LOSS = "def loss(y_true, y_pred):\n    return reduce_sum(y_true - y_pred)\n"
FOUND = "a.py:2:12: LL101 the batch is summed and never divided\n"


@pytest.fixture(autouse=True)
def one_loss(command: Command, word_analysis: None) -> None:
    Path("a.py").write_text(LOSS, encoding="utf-8")


def put(path: str, text: str) -> None:
    Path(path).parent.mkdir(parents=True, exist_ok=True)
    Path(path).write_text(text, encoding="utf-8")


def test_bare_paths_are_checked(command: Command) -> None:
    for arguments in (["a.py"], ["check", "a.py"], ["--select", "LL1", "a.py"], ["."], ["check"]):
        outcome = command(*arguments)
        assert (outcome.status, outcome.out) == (1, FOUND)
        assert outcome.err == "1 finding; 1 file and 1 loss checked\n"


def test_nothing_found(command: Command) -> None:
    put("a.py", "x = 1\n")
    outcome = command("a.py")
    assert (outcome.status, outcome.out) == (0, "")
    assert outcome.err == "nothing found; 1 file and 0 losses checked\n"
    assert command("a.py", "--quiet").err == ""


def test_exit_zero_hides_findings_but_no_errors(command: Command) -> None:
    assert command("a.py", "--exit-zero").status == 0
    assert command("a.py", "gone.py", "--exit-zero").status == 2


def test_a_missing_path_is_one_line_and_the_rest_is_checked(command: Command) -> None:
    outcome = command("gone.py", "a.py", "--quiet")
    assert (outcome.status, outcome.out) == (2, FOUND)
    assert outcome.err == "error: gone.py: no such file or directory\n"


def test_a_mistyped_command_is_recognised(command: Command) -> None:
    assert "did you mean the command 'inspect'?" in command("inspct").err


def test_a_directory_without_python_is_a_warning(command: Command) -> None:
    os.mkdir("docs")
    outcome = command("docs")
    assert outcome.status == 0
    assert "warning: docs: no Python files or notebooks found\n" in outcome.err
    assert command("docs", "-q").err == ""


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        (["--select", "LL1010", "a.py"], "--select: unknown rule code 'LL1010'; did you mean 'LL101'?"),
        (["--per-file-ignores", "a.py:LL1010", "a.py"], "--per-file-ignores: unknown rule code 'LL1010'"),
        (["--per-file-ignores", "LL101", "a.py"], "'LL101' is not written PATTERN:CODE"),
        (["--slect", "LL1", "a.py"], "No such option"),
        (["--output-format", "xml", "a.py"], "'xml' is not one of"),
        (["--config", "gone.toml", "a.py"], "gone.toml: cannot be read: no such file"),
        (["a.py", "--stdin-filename", "b.py"], "PATH is `-` then"),
        (
            ["a.py", "--statistics", "--output-format", "github"],
            "--statistics has no place in --output-format github",
        ),
        (["a.py", "--output-file", "no/such/place"], "no/such/place: cannot be written"),
        (["rule", "LL1010"], "unknown rule code 'LL1010'; did you mean 'LL101'?"),
        (["inspect", "a.py::lsos"], "error: a.py: has no loss 'lsos'; did you mean 'loss'?"),
        (["inspect"], "Missing argument"),
    ],
)
def test_what_cannot_be_done_is_one_line_and_status_2(
    command: Command, arguments: list[str], says: str
) -> None:
    outcome = command(*arguments)
    assert outcome.status == 2
    assert says in outcome.err
    assert outcome.err.count("\n") == 1
    assert outcome.out == ""


def test_broken_toml_is_one_line_and_status_2(command: Command) -> None:
    put("pyproject.toml", "[tool.losslint]\nselect = [\n")
    outcome = command("a.py", "-q")
    assert outcome.status == 2
    assert outcome.err.startswith("error: pyproject.toml: not valid TOML: ")
    assert outcome.err.count("\n") == 1


def test_configuration_of_the_run(command: Command) -> None:
    put("losslint.toml", 'output-format = "json-lines"\nexit-zero = true\n')
    outcome = command("a.py")
    assert outcome.status == 0
    assert json.loads(outcome.out)["code"] == "LL101"
    assert command("a.py", "--isolated").out == FOUND
    assert command("a.py", "--output-format", "concise").out == FOUND


@pytest.mark.parametrize(
    ("arguments", "found"),
    [
        (["--ignore", "LL1"], False),
        (["--ignore", "LL102,LL103"], True),
        (["--select", "LL2", "--extend-select", "LL101"], True),
        (["--select", "LL2,LL3"], False),
        (["--select", "ALL"], True),
        (["--per-file-ignores", "a.py:LL101,LL102,b.py:LL3"], False),
        (["--per-file-ignores", "b.py:LL101"], True),
        (["--extend-exclude", "a.*,b.py"], False),
        (["--exclude", "b.py"], True),
    ],
)
def test_selection_options(command: Command, arguments: list[str], found: bool) -> None:
    assert (command(".", *arguments).out == FOUND) is found


def test_standard_input(command: Command, monkeypatch: pytest.MonkeyPatch) -> None:
    def feed() -> None:
        monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(LOSS.encode())))

    feed()
    assert command("-").out.startswith("<stdin>:2:12: LL101 ")
    feed()
    assert command("-", "--stdin-filename", "src/b.py").out.startswith("src/b.py:2:12: LL101 ")
    feed()
    assert command("--stdin-filename", "b.py", "--output-format", "full").out.count("return reduce_sum") == 1


def test_output_file(command: Command) -> None:
    outcome = command("a.py", "--output-format", "json", "-o", "report.json")
    assert outcome.out == ""
    assert json.loads(Path("report.json").read_text(encoding="utf-8"))["summary"]["findings"] == 1


def test_statistics(command: Command) -> None:
    put("b.py", LOSS * 2 + "x = 1  # noqa: LL102\n")
    assert command(".", "--statistics").out == "3  LL101  batch-sum-returned\n1  LL002  unused-suppression\n"
    document = json.loads(command(".", "--statistics", "--output-format", "json").out)
    assert document["statistics"] == {"LL101": 3, "LL002": 1}
    assert len(document["findings"]) == 4


@pytest.mark.parametrize(
    ("arguments", "environment", "colored"),
    [
        ([], {}, False),
        ([], {"FORCE_COLOR": "1"}, True),
        ([], {"FORCE_COLOR": "1", "NO_COLOR": "1"}, False),
        (["--color", "always"], {"NO_COLOR": "1"}, True),
        (["--color", "never"], {"FORCE_COLOR": "1"}, False),
        (["--color", "always", "-o", "report.txt"], {}, False),
    ],
)
def test_color(
    command: Command,
    monkeypatch: pytest.MonkeyPatch,
    arguments: list[str],
    environment: dict[str, str],
    colored: bool,
) -> None:
    for name, value in environment.items():
        monkeypatch.setenv(name, value)
    for name in ("concise", "full"):
        outcome = command("a.py", "--output-format", name, *arguments)
        text = outcome.out or Path("report.txt").read_text(encoding="utf-8")
        assert ("\x1b[" in text) is colored
        assert "LL101" in text


@pytest.mark.parametrize(
    ("environment", "linked"),
    [
        ({}, False),
        ({"FORCE_HYPERLINK": "1"}, True),
        ({"FORCE_HYPERLINK": "1", "NO_COLOR": "1"}, False),
        ({"FORCE_HYPERLINK": "0"}, False),
    ],
)
def test_codes_lead_to_their_pages(
    command: Command, monkeypatch: pytest.MonkeyPatch, environment: dict[str, str], linked: bool
) -> None:
    monkeypatch.setenv("FORCE_COLOR", "1")
    for name, value in environment.items():
        monkeypatch.setenv(name, value)
    for name in ("concise", "full"):
        out = command("a.py", "--output-format", name).out
        found = re.findall(r"\x1b\]8;;(file:[^\x1b]*)\x1b\\LL101\x1b\]8;;\x1b\\", out)
        assert bool(found) is linked
        for target in found:
            page = Path(unquote(urlsplit(target).path))
            assert page.read_text(encoding="utf-8").startswith("# LL101: batch-sum-returned\n")


def test_verbose_says_what_was_not_analysed(command: Command) -> None:
    put("b.py", "x = 1\n")
    err = command(".", "-v").err
    assert "1 file not analysed: no words of a loss\n" in err
    assert "done in " in err


def test_verbose_gives_tracebacks(command: Command, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys.modules["losslint.engine"], "check_source", None)
    quiet, verbose = command("a.py", "-q"), command("a.py", "-v")
    assert quiet.status == verbose.status == 2
    assert quiet.err.count("\n") == 1
    assert "Traceback" in verbose.err


def test_inspect(command: Command) -> None:
    put("b.py", "def second_loss(y_true, y_pred):\n    return 0\n")
    document = json.loads(command("inspect", ".", "--output-format", "json").out)
    assert [(loss["path"], loss["qualname"]) for loss in document["losses"]] == [
        ("a.py", "loss"),
        ("b.py", "second_loss"),
    ]
    assert command("inspect", "a.py").out.startswith("a.py:1 loss: grows\n  N^1, not coupled, returns scalar")
    one = command("inspect", "a.py::loss", "b.py::second_loss")
    assert (one.status, one.out.count("returns scalar")) == (0, 2)
    assert command("inspect", ".::second_loss").out.startswith("b.py:1 ")


def test_inspect_tells_what_does_not_parse(command: Command) -> None:
    put("b.py", "def f(:\n")
    outcome = command("inspect", "b.py")
    assert outcome.status == 0
    assert "warning: b.py:1:7: does not parse: " in outcome.err


def test_rules(command: Command) -> None:
    listed = command("rule").out.splitlines()
    assert [line.split()[0] for line in listed] == list(codes())
    page = command("rule", "ll101").out
    assert page.startswith("# LL101: batch-sum-returned\n")
    assert command("rule", "--all").out.count("\n# LL") + 1 == len(codes())
    document = json.loads(command("rule", "--output-format", "json").out)
    assert [rule["code"] for rule in document["rules"]] == list(codes())
    assert json.loads(command("rule", "LL205", "--output-format", "json").out)["rules"][0]["default"] is False


def test_config_is_valid_toml_with_origins(command: Command) -> None:
    if sys.version_info >= (3, 11):
        import tomllib
    else:
        import tomli as tomllib

    put(
        "pkg/losslint.toml",
        'loss-names = ["regret"]\nper-file-ignores = { "a b/*" = ["LL101"] }\n[confirm]\ntimeout = 2',
    )
    text = command("config", "pkg/x.py", "--ignore", "LL2").out
    read = tomllib.loads(text)
    assert (read["loss-names"], read["ignore"]) == (["regret"], ["LL2"])
    assert read["per-file-ignores"] == {"a b/*": ["LL101"]}
    assert read["confirm"] == {"timeout": 2}
    origin = os.path.join("pkg", "losslint.toml")
    assert f'loss-names = ["regret"]  # {origin}\n' in text
    assert 'ignore = ["LL2"]  # command line\n' in text
    assert "extend-exclude = []  # default\n" in text
    document = json.loads(command("config", "pkg", "--output-format", "json").out)
    assert document["settings"]["loss-names"] == {"value": ["regret"], "origin": origin}
    assert "LL205" not in document["rules"]


def test_version_and_help(command: Command) -> None:
    for asked in (("--version",), ("check", "--version"), ("a.py", "--version")):
        assert command(*asked).out == f"losslint {__version__}\n"
    assert command("-h").out == command("--help").out == command().out
    for name in ("check", "inspect", "rule", "config"):
        assert command(name, "-h").status == 0


def test_interruption_is_status_130(command: Command, monkeypatch: pytest.MonkeyPatch) -> None:
    def interrupted(*arguments: object, **options: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(sys.modules["losslint.engine"], "check_source", interrupted)
    outcome = command("a.py")
    assert (outcome.status, outcome.err) == (130, "losslint: interrupted\n")


def test_interruption_of_a_process_leaves_no_traceback() -> None:
    process = subprocess.Popen(
        [sys.executable, "-m", "losslint", "-"],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        # A background job of a shell ignores the signal, and so would its children.
        preexec_fn=lambda: signal.signal(signal.SIGINT, signal.default_int_handler),
    )
    time.sleep(1)  # it now waits for standard input
    process.send_signal(signal.SIGINT)
    _, err = process.communicate(timeout=30)
    assert process.returncode == 130
    assert err == b"losslint: interrupted\n"


def test_a_reader_that_leaves_is_no_error() -> None:
    put("many.py", "x = 1  # noqa: LL101\n" * 20_000)
    process = subprocess.Popen(
        [sys.executable, "-m", "losslint", "many.py"], stdout=subprocess.PIPE, stderr=subprocess.PIPE
    )
    assert process.stdout is not None
    assert process.stderr is not None
    assert process.stdout.readline().startswith(b"many.py:1:8: LL002 ")
    process.stdout.close()
    err = process.stderr.read()
    assert process.wait(timeout=60) == 1
    assert b"Traceback" not in err
    assert b"Broken" not in err


def test_odd_paths_and_sources_can_be_printed(command: Command) -> None:
    name = os.fsdecode(b"\xff\x1b[31m.py")
    put(name, LOSS.replace("return", 'x = "\x1b[31m"; return'))
    for output_format in ("full", "concise", "json", "json-lines", "github"):
        outcome = command(".", "--output-format", output_format)
        assert outcome.status == 1
        assert outcome.out.count("LL101") >= 2
        if output_format != "github":
            assert "\x1b[31m" not in outcome.out


def test_the_status_is_what_the_command_returns(capsys: pytest.CaptureFixture[str]) -> None:
    assert run_command_line(["a.py"]) == 1
    assert run_command_line(["rule"]) == 0
    capsys.readouterr()
