"""Nothing that is checked is ever imported or run, wherever losslint is started."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path

import pytest

TRAPS = (
    "astroid",
    "click",
    "colorsys",
    "json",
    "keras",
    "libcst",
    "msgspec",
    "pathspec",
    "rich",
    "tensorflow",
    "tomllib",
    "tomli",
    "typing_extensions",
    "yaml",
    "helpers",
)

LOSS = """\
import pathlib
import helpers
import tensorflow as tf
from losses_base import Base

pathlib.Path("executed-by-the-checked-file").write_text("")


class Focal(Base, metaclass=helpers.Meta):
    def call(self, y_true, y_pred):
        return tf.reduce_sum(helpers.distance(y_true, y_pred))


@helpers.decorated
def total_loss(y_true, y_pred):
    return tf.reduce_sum(tf.square(y_true - y_pred))
"""

COMMANDS = {
    "check": ["check", "."],
    "full": ["check", ".", "--output-format", "full", "--color", "always"],
    "json": ["check", "project", "--output-format", "json"],
    "file": ["project/losses.py"],
    "inspect": ["inspect", ".", "--output-format", "json"],
    "config": ["config", "project/losses.py"],
    "rule": ["rule", "LL101"],
}
STARTS = {
    "script": [str(Path(sys.executable).parent / "losslint")],
    "module": [sys.executable, "-m", "losslint"],
}


@pytest.fixture
def trapped(tmp_path: Path) -> Path:
    """A working directory, and a project in it, full of modules that leave a mark when they are imported."""
    for directory in (tmp_path, tmp_path / "project"):
        directory.mkdir(exist_ok=True)
        for name in TRAPS:
            mark = tmp_path / "marks" / f"{directory.name}-{name}"
            code = f"import pathlib\npathlib.Path({str(mark)!r}).touch()\nraise SystemExit('trapped')\n"
            (directory / f"{name}.py").write_text(code, encoding="utf-8")
        (directory / "losses.py").write_text(LOSS, encoding="utf-8")
        (directory / "losses_base.py").write_text(LOSS, encoding="utf-8")
        (directory / "losslint.toml").write_text('extend-exclude = ["*.gen.py"]\n', encoding="utf-8")
        (directory / ".gitignore").write_text("*.tmp.py\n", encoding="utf-8")
    (tmp_path / "marks").mkdir()
    return tmp_path


def start(
    how: Sequence[str], arguments: Sequence[str], where: Path, **environment: str
) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [*how, *arguments],
        cwd=where,
        capture_output=True,
        text=True,
        check=False,
        env={**os.environ, **environment},
    )


def assert_nothing_ran(where: Path) -> None:
    assert list((where / "marks").iterdir()) == []
    assert not list(where.rglob("executed-by-*"))
    assert not list(where.rglob("*.pyc"))


@pytest.mark.parametrize("arguments", COMMANDS.values(), ids=COMMANDS.keys())
@pytest.mark.parametrize("how", STARTS.values(), ids=STARTS.keys())
def test_nothing_is_executed(how: list[str], arguments: list[str], trapped: Path) -> None:
    finished = start(how, arguments, trapped)
    assert finished.returncode in (0, 1), finished.stderr
    assert "internal error" not in finished.stderr
    assert_nothing_ran(trapped)


@pytest.mark.parametrize("path", [".", "", "project", "{here}", "{here}/project"])
def test_a_python_path_into_the_project_is_not_trusted(path: str, trapped: Path) -> None:
    finished = start(STARTS["script"], ["."], trapped, PYTHONPATH=path.format(here=trapped))
    assert finished.returncode in (0, 1), finished.stderr
    # A Python that starts imports nothing of the project by itself; losslint must not begin to.
    assert_nothing_ran(trapped)


def test_a_path_outside_is_kept(tmp_path: Path) -> None:
    here, elsewhere = tmp_path / "here", tmp_path / "elsewhere"
    here.mkdir()
    elsewhere.mkdir()
    code = "import sys, losslint.__main__ as m; m.distrust_working_directory(); print('\\n'.join(sys.path))"
    finished = start([sys.executable, "-c", code], [], here, PYTHONPATH=f"{elsewhere}{os.pathsep}{here}")
    paths = finished.stdout.splitlines()
    assert str(elsewhere) in paths
    assert str(here) not in paths
    assert "" not in paths


def test_a_working_directory_of_installed_packages_still_works(tmp_path: Path) -> None:
    packages = Path(next(path for path in sys.path if path.endswith("site-packages")))
    finished = start(STARTS["module"], ["--version"], packages)
    assert (finished.returncode, finished.stderr) == (0, "")


def test_a_working_directory_that_is_gone(tmp_path: Path) -> None:
    code = (
        "import os, subprocess, sys; os.rmdir(os.getcwd());"
        "sys.exit(subprocess.run([sys.executable, '-m', 'losslint', '--version']).returncode)"
    )
    gone = tmp_path / "gone"
    gone.mkdir()
    assert start([sys.executable, "-c", code], [], gone).returncode == 0
