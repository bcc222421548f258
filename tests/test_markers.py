"""Which tests a command selects."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

SLOW = "test_the_hook_installs_itself"
TENSORFLOW = "test_confirm_runs_losses_in_the_interpreter_of_the_project"
QUICK = "test_the_files_are_valid"


@pytest.mark.parametrize(
    ("arguments", "selected"),
    [
        ([], {TENSORFLOW, QUICK}),
        (["-m", "not tensorflow"], {QUICK}),
        (["-m", "tensorflow"], {TENSORFLOW}),
        (["-m", "not tensorflow and not slow"], {QUICK}),
        (["-m", "slow"], {SLOW}),
    ],
)
def test_slow_tests_run_only_when_asked_for(arguments: list[str], selected: set[str]) -> None:
    command = [sys.executable, "-m", "pytest", "--collect-only", "-q", "-p", "no:cacheprovider", *arguments]
    done = subprocess.run(
        [*command, "tests/test_pre_commit.py"],
        cwd=Path(__file__).parents[1],
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )
    assert {name for name in (SLOW, TENSORFLOW, QUICK) if f"::{name}" in done.stdout} == selected
