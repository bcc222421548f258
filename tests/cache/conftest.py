"""A project to check, and a clock by which its files are old enough to be trusted."""

from __future__ import annotations

from collections import Counter
from pathlib import Path

import projects
import pytest

from losslint import checking
from losslint.run import Checked, Task
from losslint.source import witness


@pytest.fixture
def project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The project, as working directory. Its files count as settled at once."""
    monkeypatch.setattr(witness, "SETTLED_NS", -(10**18))
    root = tmp_path / "project"
    projects.write(root)
    monkeypatch.chdir(root)
    return root


@pytest.fixture
def checks(monkeypatch: pytest.MonkeyPatch) -> Counter[str]:
    """How often each file was checked anew."""
    counted: Counter[str] = Counter()
    real = checking.check_file

    def check_file(task: Task) -> Checked:
        counted[task.path] += 1
        return real(task)

    monkeypatch.setattr(checking, "check_file", check_file)
    return counted
