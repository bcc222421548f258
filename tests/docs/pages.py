"""The pages of the documentation and what their marks say.

A mark is a comment in front of a fenced block:

==========================  ==================================================================================
``example: NAME``           the block is a file of that name; also ``file: NAME`` and ``table: NAME``
``output: COMMAND``         what a command prints, stdout and then stderr (of ``python`` stdout alone)
``terminal: COMMAND``       what it prints on stdout on a terminal of 88 columns
``command: WORD``           a script that succeeds
``not run: REASON``         commands that cannot be run here
==========================  ==================================================================================

They run in the order of the page, in one empty directory.
"""

from __future__ import annotations

import os
import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

ROOT = Path(__file__).resolve().parents[2]
PAGES = [ROOT / "README.md", *sorted((ROOT / "docs").glob("*.md"))]
"""All but the pages of the rules, whose examples are run by the tests of the rules."""

FILES = ("example", "file", "table")
KINDS = (*FILES, "output", "terminal", "command", "not run")
BY_CI = ("lint", "test")
"""Commands of the README that install losslint first: ``.ci/run`` runs them."""
TERMINAL = " --isolated --output-format full --color never"

_BLOCK = re.compile(
    r"^(?:<!-- (?P<mark>[^\n]*) -->\n)?```(?P<language>\w*)\n(?P<content>.*?)^```$", re.DOTALL | re.MULTILINE
)
_BIN = str(Path(sys.executable).parent)
_HIDDEN = ("GITHUB_WORKSPACE", "CI_PROJECT_DIR", "NO_COLOR", "FORCE_COLOR", "FORCE_HYPERLINK", "COLUMNS")


class Block(NamedTuple):
    """A fenced block: what its mark says of it (nothing without one), its language and its text."""

    kind: str
    argument: str
    language: str
    content: str


def blocks(page: Path) -> Iterator[Block]:
    """Every fenced block of a page, in order."""
    for match in _BLOCK.finditer(page.read_text(encoding="utf-8")):
        kind, _, argument = (match["mark"] or "").partition(": ")
        yield Block(kind, argument, match["language"], match["content"])


def write_file(block: Block) -> None:
    """Write a block that is a file, in the working directory."""
    path = Path(block.argument)
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(block.content, encoding="utf-8")


def shell(command: str, *, columns: int = 80) -> subprocess.CompletedProcess[str]:
    """Run a command as the reader of a page would, with losslint on the path."""
    environment = {name: value for name, value in os.environ.items() if name not in _HIDDEN}
    environment |= {
        "PATH": os.pathsep.join([_BIN, os.environ.get("PATH", "")]),
        "COLUMNS": str(columns),
        "TF_CPP_MIN_LOG_LEVEL": "3",
        "CUDA_VISIBLE_DEVICES": "-1",
    }
    return subprocess.run(
        ["bash", "-c", command], env=environment, capture_output=True, text=True, check=False, timeout=300
    )


def needs_tensorflow(page: Path) -> bool:
    """Whether something on the page runs a loss."""
    commands = (f"{block.argument} {block.content}" for block in blocks(page) if block.kind not in FILES)
    return any(
        re.search(r"losslint confirm|--confirm|^python ", command, re.MULTILINE) for command in commands
    )
