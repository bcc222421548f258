"""The plugin in the real flake8."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

pytest.importorskip("flake8", reason="flake8 comes with the test extra")

HEAD = "import tensorflow as tf\n\n\n"
SUMMED = "def summed(y_true, y_pred):\n    return tf.reduce_sum(tf.square(y_true - y_pred))\n"
LOGGED = (
    "def logged(y_true, y_pred):\n"
    "    return tf.math.log(\n        1.0 + tf.reduce_sum(tf.abs(y_true - y_pred))\n    )\n"
)
CODE = f"{HEAD}{SUMMED}\n\n{LOGGED}"


@pytest.fixture
def project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "losses.py").write_text(CODE, encoding="utf-8")
    return tmp_path


def flake8(*options: str, stdin: str | bytes | None = None, status: int | None = None) -> list[str]:
    """``path:line:column: code`` of what flake8 reports, with long lines allowed."""
    done = subprocess.run(
        [sys.executable, "-m", "flake8", "--max-line-length", "110", *options],
        input=stdin.encode() if isinstance(stdin, str) else stdin,
        capture_output=True,
        check=False,
        timeout=120,
    )
    out, err = done.stdout.decode(), done.stderr.decode()
    assert "Traceback" not in err, err
    if status is not None:
        assert done.returncode == status, out + err
    return [" ".join(line.split()[:2]) for line in out.splitlines()]


def test_findings_come_without_a_new_command(project: Path) -> None:
    assert flake8(status=1) == ["./losses.py:5:12: LL101", "./losses.py:9:12: LL102"]


def test_the_version_lists_the_plugin(project: Path) -> None:
    done = subprocess.run(
        [sys.executable, "-m", "flake8", "--version"], capture_output=True, text=True, check=True, timeout=60
    )
    assert "losslint-code: " in done.stdout


@pytest.mark.parametrize(
    ("options", "codes"),
    [
        (["--select", "LL"], ["LL101", "LL102"]),
        (["--select", "LL102"], ["LL102"]),
        (["--select", "E,F"], []),
        (["--extend-ignore", "LL1"], []),
        (["--per-file-ignores", "losses.py:LL101"], ["LL102"]),
        (["--per-file-ignores", "other.py:LL101"], ["LL101", "LL102"]),
    ],
    ids=lambda value: " ".join(value),
)
def test_the_options_of_flake8_hold(options: list[str], codes: list[str], project: Path) -> None:
    assert [line.split()[1] for line in flake8(*options, "losses.py")] == codes


@pytest.mark.parametrize(
    "comment", ["# noqa", "# noqa: LL101,LL102", "# noqa: E501, LL1", "# losslint: ignore[LL101, LL102] why"]
)
def test_comments_silence(comment: str, project: Path) -> None:
    marked = CODE.replace("square(y_true - y_pred))", f"square(y_true - y_pred))  {comment}")
    (project / "losses.py").write_text(marked.replace("log(\n", f"log(  {comment}\n"), encoding="utf-8")
    assert flake8("--select", "LL101,LL102") == []


def test_standard_input(project: Path) -> None:
    assert flake8("-", stdin=CODE) == ["stdin:5:12: LL101", "stdin:9:12: LL102"]
    shown = flake8("--stdin-display-name", "src/losses.py", "-", stdin=CODE)
    assert shown[0] == "src/losses.py:5:12: LL101"
    windows = b"\xef\xbb\xbf" + CODE.replace("\n", "\r\n").encode()
    assert flake8("--select", "LL", "-", stdin=windows) == ["stdin:5:12: LL101", "stdin:9:12: LL102"]


def test_rules_are_on_and_off_as_losslint_is_configured(project: Path) -> None:
    (project / "pyproject.toml").write_text('[tool.losslint]\nignore = ["LL101"]\n', encoding="utf-8")
    assert flake8() == ["./losses.py:9:12: LL102"]
    (project / "losslint.toml").write_text(
        'per-file-ignores = { "los*" = ["LL102"] }\nselect = ["ALL"]\n', encoding="utf-8"
    )
    assert flake8() == ["./losses.py:5:12: LL101"]


def test_what_losslint_excludes_or_knows_is_left_out(project: Path) -> None:
    for folder in ("old", "new"):
        (project / folder).mkdir()
        (project / "losses.py").rename(project / folder / "losses.py")
        (project / "losses.py").write_text(CODE, encoding="utf-8")
    (project / "losses.py").unlink()
    (project / "losslint.toml").write_text('extend-exclude = ["old"]\n', encoding="utf-8")
    assert flake8() == ["./new/losses.py:5:12: LL101", "./new/losses.py:9:12: LL102"]
    written = [sys.executable, "-m", "losslint", "check", "--write-baseline", "known.json", "new"]
    assert subprocess.run(written, capture_output=True, check=False, timeout=60).returncode == 0
    (project / "losslint.toml").write_text(
        'baseline = "known.json"\nextend-exclude = ["old"]\n', encoding="utf-8"
    )
    assert flake8(status=0) == []
    added = SUMMED.replace("summed", "again")
    (project / "new" / "losses.py").write_text(f"{CODE}\n\n{added}", encoding="utf-8")
    assert flake8() == ["./new/losses.py:15:12: LL101"]


def test_a_broken_configuration_is_told_without_a_traceback(project: Path) -> None:
    (project / "losslint.toml").write_text("ignor = []\n", encoding="utf-8")
    done = subprocess.run(
        [sys.executable, "-m", "flake8", "-j", "1"], capture_output=True, text=True, check=False, timeout=60
    )
    assert done.returncode == 1
    assert "losslint: losslint.toml: unknown key 'ignor'; did you mean 'ignore'?" in done.stdout + done.stderr
    assert "Traceback" not in done.stdout + done.stderr


def test_several_processes_say_the_same(project: Path) -> None:
    for number in range(8):
        (project / f"copy{number}.py").write_text(CODE, encoding="utf-8")
    assert flake8("-j", "2") == flake8("-j", "1")


def test_a_file_that_does_not_parse_is_left_to_flake8(project: Path) -> None:
    (project / "losses.py").write_text("def f(:\n", encoding="utf-8")
    assert {line.split()[1][0] for line in flake8()} == {"E"}


def test_nothing_is_imported_before_a_file_is_checked() -> None:
    code = "import sys; before = set(sys.modules); import losslint.flake8_plugin; print(*set(sys.modules) - before)"
    done = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=True, timeout=60
    )
    assert {name for name in done.stdout.split() if name.startswith("losslint")} == {
        "losslint",
        "losslint.flake8_plugin",
    }
    assert not set(done.stdout.split()) & {"click", "libcst", "flake8", "msgspec"}
