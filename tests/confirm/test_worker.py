"""The worker is one file that the user's Python can run, whatever that Python has besides the framework."""

from __future__ import annotations

import ast
import sys
from pathlib import Path

from losslint.confirm import worker

SOURCE = Path(worker.__file__).read_text(encoding="utf-8")


def test_it_parses_under_the_oldest_python_it_promises():
    ast.parse(SOURCE, feature_version=(3, 9))


def test_it_imports_nothing_but_the_standard_library_and_the_framework():
    nodes = [n for n in ast.walk(ast.parse(SOURCE)) if isinstance(n, ast.Import | ast.ImportFrom)]
    names = {alias.name for n in nodes if isinstance(n, ast.Import) for alias in n.names}
    names |= {n.module or "" for n in nodes if isinstance(n, ast.ImportFrom)}
    foreign = {name.partition(".")[0] for name in names} - set(sys.stdlib_module_names)
    assert foreign == {"numpy", "tensorflow"}


def test_an_error_is_one_line_without_the_frameworks_noise():
    noisy = ValueError(
        "in user code:\n\n    File 'x.py', line 3, in f\n\n    ValueError: None values not supported.\n"
    )
    assert worker.one_line(noisy) == "ValueError: None values not supported."
    node = RuntimeError("{{function_node __wrapped__Sum}} Invalid reduction dimension [Op:Sum] name: ")
    assert worker.one_line(node) == "RuntimeError: Invalid reduction dimension"
