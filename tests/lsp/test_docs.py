"""What the page on editors says: the settings are those of the code, and the problem matcher reads real output."""

from __future__ import annotations

import json
import re
import subprocess
import sys
from pathlib import Path

from test_diagnostics import SUM

from losslint.lsp.settings import KEYS, read_settings

PAGE = (Path(__file__).resolve().parents[2] / "docs" / "editors.md").read_text(encoding="utf-8")


def block(language: str, containing: str) -> str:
    found = re.findall(rf"```{language}\n(.*?)```", PAGE, re.DOTALL)
    return str(next(text for text in found if containing in text))


def test_the_table_of_settings() -> None:
    rows = re.findall(r"^\| `(\w+)` \| (?:`([^`]+)`)? ?\| (.*) \|$", PAGE, re.MULTILINE)
    assert [(name, help_) for name, _, help_ in rows] == [(name, key.help) for name, key in KEYS.items()]
    for name, default, _ in rows:
        assert (json.loads(default) if default else None) == KEYS[name].default


def test_the_examples_are_settings() -> None:
    vs_code = json.loads(block("json", "glspc"))
    assert vs_code["glspc.server.commandArguments"] == ["server"]
    assert read_settings(vs_code["glspc.server.initializationOptions"]).problems == ()
    python = sys.version_info >= (3, 11)
    if python:
        import tomllib

        helix = tomllib.loads(block("toml", "language-server"))["language-server"]["losslint"]
        assert read_settings(helix["config"]).problems == ()


def test_the_problem_matcher_reads_what_is_printed(tmp_path: Path) -> None:
    task = json.loads(block("json", "problemMatcher"))["tasks"][0]
    pattern = task["problemMatcher"]["pattern"]
    folder = tmp_path / "a folder: 1"
    folder.mkdir()
    (folder / "ä.py").write_text(SUM, encoding="utf-8")
    cells = [{"cell_type": "code", "source": SUM, "metadata": {}, "outputs": [], "execution_count": None}]
    book = {"nbformat": 4, "nbformat_minor": 5, "metadata": {}, "cells": cells}
    (tmp_path / "b.ipynb").write_text(json.dumps(book), encoding="utf-8")
    (tmp_path / "c.py").write_text("def f(:\n", encoding="utf-8")
    command = task["command"].split()
    assert command[0] == "losslint"
    finished = subprocess.run(
        [sys.executable, "-m", *command],
        cwd=tmp_path,
        capture_output=True,
        text=True,
        encoding="utf-8",
        check=False,
    )
    assert finished.returncode == 1
    found = [re.search(pattern["regexp"], line) for line in finished.stdout.splitlines()]
    read = [
        tuple(match[pattern[part]] for part in ("file", "line", "column", "code")) for match in found if match
    ]
    assert read == [
        ("a folder: 1/ä.py", "6", "12", "LL102"),
        ("b.ipynb", "6", "12", "LL102"),
        ("c.py", "1", "7", "LL001"),
    ]
    assert len(read) == len(finished.stdout.splitlines())
    assert all(match and match[pattern["message"]] for match in found)
