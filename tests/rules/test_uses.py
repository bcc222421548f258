"""What becomes of a loss, and what floating point makes of it: programs with their findings beside the lines.

A line that says ``# LL…`` is where exactly these codes are found; every other line is silent for the rules on
use (LL106, LL107, LL109, LL302, LL303) and on numerics (LL401 to LL403).
"""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from losslint.checking import check_file
from losslint.config import Configuration, command_line
from losslint.run import Task

CODES = ("LL106", "LL107", "LL109", "LL302", "LL303", "LL401", "LL402", "LL403")
PROGRAMS = sorted((Path(__file__).parent / "uses").glob("*.py"))


@pytest.mark.parametrize("path", PROGRAMS, ids=lambda path: path.stem)
def test_exactly_what_the_comments_say(path: Path) -> None:
    settings = Configuration(command_line({"select": list(CODES)}), isolated=True).without_files()

    checked = check_file(Task(path.name, settings, path.read_bytes()))

    assert checked.result.error is None, checked.traceback
    found = {(finding.span.line, finding.code) for finding in checked.result.findings}
    assert found == stated(path.read_text())


def stated(text: str) -> set[tuple[int, str]]:
    """The findings that the comments of a program name."""
    return {
        (number, code)
        for number, line in enumerate(text.splitlines(), 1)
        if (comment := re.search(r"# (LL\d{3}(?:, LL\d{3})*)\b", line))
        for code in comment[1].split(", ")
    }
