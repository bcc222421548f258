"""A run: every file gets its answer, whatever is wrong with the others, and the order never changes."""

from __future__ import annotations

import os
import pickle
import sys
import types
from collections.abc import Callable
from pathlib import Path

import pytest

from losslint import run as run_module
from losslint.checking import check_file
from losslint.config import Configuration, command_line
from losslint.model import FileError
from losslint.run import Checked, Run, Task, run
from losslint.source import text as text_module

LOSS = "def loss(y_true, y_pred):\n    return reduce_sum(y_true - y_pred)\n"


@pytest.fixture(autouse=True)
def in_empty_directory(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, word_analysis: None) -> None:
    monkeypatch.chdir(tmp_path)


def put(path: str, content: str | bytes = LOSS) -> None:
    Path(path).parent.mkdir(parents=True, exist_ok=True)
    Path(path).write_bytes(content.encode() if isinstance(content, str) else content)


def check(*paths: str, **options: object) -> Run:
    return run(paths, Configuration(command_line(options)))


def codes(finished: Run) -> list[tuple[str, int, str]]:
    return [(finding.path, finding.span.line, finding.code) for finding in finished.findings]


def test_findings_are_sorted_and_counted() -> None:
    for name in ("b", "a", "c/d"):
        put(f"{name}.py", LOSS + LOSS.replace("loss", "second_loss"))
    finished = check(".", "b.py")
    assert codes(finished) == [
        (path, line, "LL101") for path in ("a.py", "b.py", os.path.join("c", "d.py")) for line in (2, 4)
    ]
    assert (finished.files, len(finished.losses), finished.status) == (3, 6, 1)


BROKEN = {
    "syntax": b"def f(:\n",
    "invalid-utf8": b"x = '\xff'\n",
    "nul": b"x = 1\x00\n",
    "parentheses": b"(" * 10_000 + b")" * 10_000,
    "unknown-encoding": b"# coding: klingon\n",
    "unclosed": b"def loss(y_true, y_pred):\n    return (y_true\n",
    "binary": bytes(range(256)) * 40,
}


@pytest.mark.parametrize("content", BROKEN.values(), ids=BROKEN.keys())
def test_a_file_that_does_not_parse_is_one_finding_and_the_rest_is_checked(content: bytes) -> None:
    put("bad.py", content)
    put("good.py")
    finished = check(".")
    assert [(path, code) for path, _, code in codes(finished)] == [("bad.py", "LL001"), ("good.py", "LL101")]
    assert "\n" not in finished.findings[0].message
    assert finished.findings[0].message.startswith("does not parse: ")
    assert finished.status == 1


def test_no_framework_is_needed_for_a_syntax_error() -> None:
    put("table.py", "X = [1, 2\n")
    assert codes(check("table.py")) == [("table.py", 1, "LL001")]


def test_a_syntax_error_can_be_deselected_but_not_commented_away() -> None:
    put("bad.py", "def f(:  # noqa: LL001\n")
    assert codes(check(".")) == [("bad.py", 1, "LL001")]
    assert check(".", ignore=["LL001"]).status == 0
    assert check(".", **{"per-file-ignores": {"bad.py": ["LL0"]}}).status == 0


def test_a_five_megabyte_line() -> None:
    put("wide.py", b"X = '" + b"a" * 5_000_000 + b"'\n")
    put("wide_loss.py", LOSS + "X = '" + "a" * 5_000_000 + "'\n")
    assert codes(check(".")) == [("wide_loss.py", 2, "LL101")]


def test_an_unreadable_file_is_an_error_and_the_rest_is_checked(monkeypatch: pytest.MonkeyPatch) -> None:
    # Tests may run as root, who can read everything: the file system's answer is simulated.
    put("good.py")
    put("locked.py")
    real = text_module.Path.read_bytes

    def read_bytes(path: Path) -> bytes:
        if path.name == "locked.py":
            raise PermissionError(13, "Permission denied")
        return real(path)

    monkeypatch.setattr(text_module.Path, "read_bytes", read_bytes)
    finished = check(".")
    assert finished.errors == (FileError("locked.py", "cannot be read: permission denied"),)
    assert codes(finished) == [("good.py", 2, "LL101")]
    assert (finished.files, finished.status) == (1, 2)


def test_a_missing_path_is_an_error_and_the_rest_is_checked() -> None:
    put("good.py")
    finished = check("gone.py", "good.py")
    assert finished.errors == (FileError("gone.py", "no such file or directory"),)
    assert (len(finished.findings), finished.status) == (1, 2)


def test_a_broken_configuration_stops_its_own_files_only() -> None:
    put("a/losslint.toml", "select = [")
    put("a/x.py")
    put("a/y.py")
    put("b/x.py")
    finished = check("a", "b")
    [error] = finished.errors
    assert error.path == os.path.join("a", "losslint.toml")
    assert "not valid TOML" in error.message
    assert codes(finished) == [(os.path.join("b", "x.py"), 2, "LL101")]
    assert finished.status == 2


def test_each_file_has_its_own_settings() -> None:
    put("a/losslint.toml", 'ignore = ["LL101"]')
    put("a/x.py")
    put("b/x.py")
    assert codes(check(".")) == [(os.path.join("b", "x.py"), 2, "LL101")]


def engine(check_source: Callable[..., object]) -> types.ModuleType:
    module = types.ModuleType("losslint.engine")
    module.check_source = check_source  # type: ignore[attr-defined]
    return module


def test_a_bug_of_ours_in_one_file_is_one_line(monkeypatch: pytest.MonkeyPatch) -> None:
    def check_source(source: text_module.SourceText, *_: object, **__: object) -> object:
        if source.path == "odd.py":
            raise KeyError("a\nb")
        return (), ()

    monkeypatch.setitem(sys.modules, "losslint.engine", engine(check_source))
    put("odd.py")
    put("good.py")
    finished = check(".")
    assert finished.errors == (
        FileError(
            "odd.py",
            r"internal error in losslint (KeyError: 'a\nb'); please report it, with this file if you can",
        ),
    )
    assert "Traceback" in finished.tracebacks[0]
    assert (finished.files, finished.status) == (1, 2)


def test_a_bad_table_of_operations_is_told_once(monkeypatch: pytest.MonkeyPatch) -> None:
    from losslint.analysis.optable import TableError

    def check_source(*_: object, **__: object) -> object:
        raise TableError("mine.toml: no such kind")

    monkeypatch.setitem(sys.modules, "losslint.engine", engine(check_source))
    put("mine.toml")
    put("losslint.toml", 'ops = ["mine.toml"]')
    put("a.py")
    put("b.py")
    assert check(".").errors == (FileError("losslint.toml", "mine.toml: no such kind"),)


def test_skip_file() -> None:
    put("a.py", "# losslint: skip-file\n" + LOSS)
    put("b.py", '"""\n# losslint: skip-file\n"""\n' + LOSS)
    finished = check(".")
    assert codes(finished) == [("b.py", 5, "LL101")]
    assert dict(finished.skipped or {}) == {"skip-file comment": 1}


def test_files_without_words_of_a_loss_never_reach_the_analysis(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "losslint.engine", None)  # importing it would fail
    put("table.py", "X = [1, 2]\n")
    put("unused.py", "x = 1  # noqa: LL101\n")
    finished = check(".")
    assert codes(finished) == [("unused.py", 1, "LL002")]
    assert finished.errors == ()


def test_comments_that_are_not_understood_are_warnings() -> None:
    put("a.py", "x = 1  # losslint: ignroe\ny = 1  # noqa: LL1010\n")
    assert check("a.py").warnings == (
        "a.py:1:8: unknown losslint comment 'ignroe'; did you mean 'ignore'?",
        "a.py:2:8: unknown rule code 'LL1010'; did you mean 'LL101'?",
    )


def test_a_check_can_be_done_in_another_process() -> None:
    put("a.py")
    settings = Configuration(command_line({})).for_file("a.py")
    checked = check_file(pickle.loads(pickle.dumps(Task("a.py", settings))))
    assert pickle.loads(pickle.dumps(checked)) == checked
    assert isinstance(checked, Checked)
    assert len(checked.result.findings) == 1


def test_standard_input_takes_the_settings_of_its_name() -> None:
    put("a/losslint.toml", 'ignore = ["LL101"]')
    configuration = Configuration(command_line({}))
    anonymous = run(["-"], configuration, stdin=lambda: LOSS.encode())
    named = run(["-"], configuration, stdin=lambda: LOSS.encode(), stdin_filename="a/x.py")
    assert codes(anonymous) == [("<stdin>", 2, "LL101")]
    assert codes(named) == []
    assert run_module.lines_of(anonymous)("<stdin>")[0].startswith("def loss")
