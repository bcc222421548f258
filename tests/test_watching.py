"""``check --watch`` as a process: it sees what changes, clears only a terminal, and Ctrl-C ends it well."""

from __future__ import annotations

import os
import pty
import re
import select
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from commanding import Command

from losslint.config import Configuration, command_line
from losslint.watching import Watched, watched

pytest.importorskip("watchfiles", reason="comes with the test extra")

BAD = "import tensorflow as tf\n\n\ndef loss(y_true, y_pred):\n    return tf.reduce_sum(y_true - y_pred)\n"
GOOD = BAD.replace("reduce_sum", "reduce_mean")
SECONDS = 30


class Watching:
    """A running ``losslint check --watch``, its output read as it comes."""

    def __init__(
        self, folder: Path, *arguments: str, stdout: int = subprocess.PIPE, screen: int | None = None
    ) -> None:
        self.process = subprocess.Popen(
            [sys.executable, "-m", "losslint", "check", "--watch", *arguments],
            cwd=folder,
            stdout=stdout,
            stderr=subprocess.STDOUT,
            env={**os.environ, "PYTHONUNBUFFERED": "1"},
        )
        self.out = screen if screen is not None else self.process.stdout.fileno()  # type: ignore[union-attr]
        self.seen = ""

    def until(self, words: str) -> str:
        """What has come since the last call, up to some words."""
        end = time.monotonic() + SECONDS
        while words not in self.seen:
            left = end - time.monotonic()
            assert left > 0, f"{words!r} did not come, but {self.seen!r}"
            if select.select([self.out], [], [], left)[0]:
                self.seen += os.read(self.out, 65536).decode()
        before, _, self.seen = self.seen.partition(words)
        return before

    def checked(self) -> str:
        """The next report."""
        return self.until("Ctrl-C ends")

    def interrupt(self) -> int:
        self.process.send_signal(signal.SIGINT)
        return self.process.wait(SECONDS)


@pytest.fixture
def watch(tmp_path: Path) -> Iterator[Callable[..., Watching]]:
    started: list[Watching] = []

    def start(*arguments: str, **more: int) -> Watching:
        started.append(Watching(tmp_path, *arguments, **more))
        return started[-1]

    yield start
    for one in started:
        one.process.kill()
        one.process.wait()


def test_what_changes_is_checked_again_until_ctrl_c(watch: Callable[..., Watching], tmp_path: Path) -> None:
    source = tmp_path / "src" / "losses.py"
    source.parent.mkdir()
    source.write_text(BAD, encoding="utf-8")
    running = watch("src")
    assert "losses.py:5:12: LL101" in running.checked()

    source.write_text(GOOD, encoding="utf-8")
    report = running.checked()
    assert "changed: src/losses.py" in report
    assert "nothing found; 1 file and 1 loss checked" in report

    (tmp_path / "src" / "more.py").write_text(BAD, encoding="utf-8")
    assert "more.py:5:12: LL101" in running.checked()
    assert "\x1b" not in running.seen

    (tmp_path / "src" / "more.py").unlink()
    (tmp_path / "src" / "4913").write_text("", encoding="utf-8")  # an editor's probe, gone at once
    (tmp_path / "src" / "4913").unlink()
    report = running.checked()
    assert "changed: src/more.py\n" in report
    assert "nothing found; 1 file" in report

    (tmp_path / "src" / "__pycache__").mkdir()
    (tmp_path / "src" / "__pycache__" / "more.py").write_text(BAD, encoding="utf-8")
    (tmp_path / "src" / "data.txt").write_text("x", encoding="utf-8")
    source.write_text(BAD, encoding="utf-8")
    assert "changed: src/losses.py\n" in running.checked()

    (tmp_path / "pyproject.toml").write_text('[tool.losslint]\nignore = ["LL101"]\n', encoding="utf-8")
    report = running.checked()
    assert "changed: pyproject.toml" in report
    assert "nothing found" in report

    (tmp_path / "pyproject.toml").write_text('[tool.losslint]\nignore = ["LL999"]\n', encoding="utf-8")
    assert "unknown rule code" in running.checked()
    (tmp_path / "pyproject.toml").unlink()
    assert "LL101" in running.checked()
    assert running.interrupt() == 1
    assert "Traceback" not in running.seen


def test_the_status_is_that_of_the_last_check(watch: Callable[..., Watching], tmp_path: Path) -> None:
    (tmp_path / "losses.py").write_text(BAD, encoding="utf-8")
    running = watch("losses.py", "--exit-zero")  # a file by its name; what is beside it does not matter
    assert "LL101" in running.checked()
    (tmp_path / "other.py").write_text(BAD, encoding="utf-8")
    replacement = tmp_path / "new"
    replacement.write_text(GOOD, encoding="utf-8")
    replacement.replace(tmp_path / "losses.py")  # as editors save
    report = running.checked()
    assert "changed: losses.py\n" in report
    assert "nothing found" in report
    assert running.interrupt() == 0


def test_a_fix_is_written_once_and_the_watch_comes_to_rest(
    watch: Callable[..., Watching], tmp_path: Path
) -> None:
    source = tmp_path / "losses.py"
    source.write_text(BAD, encoding="utf-8")
    running = watch("--fix", ".")
    assert "1 finding fixed" in running.checked()
    assert "nothing found" in running.checked()  # its own change
    source.write_text(BAD.replace("loss(", "my_loss("), encoding="utf-8")
    assert "1 finding fixed" in running.checked()
    assert running.interrupt() == 0


def test_the_screen_is_cleared_only_on_a_terminal(watch: Callable[..., Watching], tmp_path: Path) -> None:
    screen, end = pty.openpty()
    (tmp_path / "losses.py").write_text(BAD, encoding="utf-8")
    running = watch(".", stdout=end, screen=screen)
    assert "\x1b[2J" not in running.checked()  # what stood there before the watch stays
    (tmp_path / "losses.py").write_text(GOOD, encoding="utf-8")
    report = running.checked()
    assert re.search(r"\x1b\[2J.*changed: losses.py", report, re.DOTALL), report
    assert running.interrupt() == 0


def test_without_the_package_it_says_how_to_get_it(command: Command, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "watchfiles", None)
    outcome = command("check", "--watch", ".")
    assert outcome.status == 2
    assert outcome.err == (
        "losslint: --watch needs the package watchfiles: pip install 'losslint-code[watch]'\n"
    )


def test_standard_input_does_not_change(command: Command) -> None:
    for arguments in (["-"], ["--stdin-filename", "a.py"]):
        outcome = command("check", "--watch", *arguments)
        assert outcome.status == 2
        assert outcome.err == "losslint: --watch waits for files to change; standard input is read once\n"


def test_what_is_done_once_is_not_watched(command: Command) -> None:
    for arguments in (["--add-noqa"], ["--write-baseline", "known.json"]):
        outcome = command("check", "--watch", *arguments)
        assert outcome.status == 2
        assert outcome.err.startswith("losslint: --add-noqa and --write-baseline are done once")


def test_what_is_watched(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    Path("src").mkdir()
    Path("shared").mkdir()
    Path("shared/base.toml").write_text('ops = ["ops.toml"]\n', encoding="utf-8")
    Path("shared/ops.toml").write_text("", encoding="utf-8")
    Path("losslint.toml").write_text(
        'extend = "shared/base.toml"\nbaseline = "known.json"\n', encoding="utf-8"
    )
    what = watched(["src", "a.py"], Configuration(command_line({})))
    here = str(tmp_path)
    assert what.trees == {f"{here}/src"}
    assert what.folders >= {here, f"{here}/shared", "/"}
    inside: Callable[..., bool] = lambda path, gone=False: what.matters(f"{here}/{path}", gone=gone)  # noqa: E731
    for path in (
        "a.py",
        "src/x.py",
        "src/x.ipynb",
        "src/deep/x.py",
        "shared/base.toml",
        "shared/ops.toml",
        "known.json",
    ):
        assert inside(path), path
    for path in (".gitignore", "pyproject.toml", "../losslint.toml"):
        assert inside(path), path
    for path in (
        "b.py",
        "src/x.txt",
        "src/.venv/x.py",
        "src/.losslint_cache/.gitignore",
        "shared/x.py",
        "src/x",
        "src/x.tmp",
    ):
        assert not inside(path), path
    assert inside("src/deep", gone=True)
    assert isinstance(what, Watched)
