"""The worker runs in the user's Python, whatever that Python has besides the framework."""

from __future__ import annotations

import ast
import subprocess
import sys
from pathlib import Path

import pytest

from losslint.confirm import worker
from losslint.confirm.worker import errors

FOLDER = Path(worker.__file__).parent
FILES = sorted(FOLDER.glob("*.py"))


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.stem)
def test_it_parses_under_the_oldest_python_it_promises(path):
    ast.parse(path.read_text(encoding="utf-8"), feature_version=(3, 9))


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.stem)
def test_it_imports_nothing_but_the_standard_library_the_framework_and_itself(path):
    nodes = list(ast.walk(ast.parse(path.read_text(encoding="utf-8"))))
    names = {alias.name for n in nodes if isinstance(n, ast.Import) for alias in n.names}
    names |= {n.module or "" for n in nodes if isinstance(n, ast.ImportFrom) and n.level == 0}
    foreign = {name.partition(".")[0] for name in names} - set(sys.stdlib_module_names)
    assert foreign <= {"numpy", "tensorflow"}
    own = {n.module for n in nodes if isinstance(n, ast.ImportFrom) and n.level}
    assert own <= {None, *(file.stem for file in FILES)}
    assert all(n.level <= 1 for n in nodes if isinstance(n, ast.ImportFrom))


def test_it_starts_without_losslint_and_without_the_framework_says_so(tmp_path):
    """An interpreter with nothing installed, in a directory whose modules have the names of the worker's."""
    for name in ("errors", "inputs", "json"):
        (tmp_path / f"{name}.py").write_text("raise SystemExit('the wrong one')")
    hello = b"{}"
    finished = subprocess.run(
        [sys.executable, "-I", "-S", "-X", "utf8", str(FOLDER)],
        input=len(hello).to_bytes(4, "big") + hello,
        capture_output=True,
        cwd=tmp_path,
        timeout=60,
        check=True,
    )
    assert b'"ready": false' in finished.stdout
    assert b"ModuleNotFoundError: No module named 'numpy'" in finished.stdout


def test_an_error_is_one_line_without_the_frameworks_noise():
    noisy = ValueError(
        "in user code:\n\n    File 'x.py', line 3, in f\n\n    ValueError: None values not supported.\n"
    )
    assert errors.one_line(noisy) == "ValueError: None values not supported."
    node = RuntimeError("{{function_node __wrapped__Sum}} Invalid reduction dimension [Op:Sum] name: ")
    assert errors.one_line(node) == "RuntimeError: Invalid reduction dimension"


def test_an_error_that_cannot_be_said_is_named():
    class Mute(Exception):
        def __str__(self):
            raise RuntimeError

    assert errors.one_line(Mute()) == "Mute"
