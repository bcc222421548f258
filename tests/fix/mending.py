"""What the tests of fixes share: fixtures and programs mended as ``losslint check --fix`` would."""

from __future__ import annotations

import functools
import shutil
import sys
import tempfile
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT / "tests" / "fixtures"))

from losslint.config import Configuration, command_line  # noqa: E402
from losslint.model import Finding  # noqa: E402
from losslint.run import Change, Mending, Run, run  # noqa: E402

LOSS = """\
import tensorflow as tf


def my_loss(y_true, y_pred):
    return tf.reduce_sum(tf.square(y_true - y_pred))
"""
MENDED = LOSS.replace("y_pred))", "y_pred), axis=list(range(1, len(y_pred.shape))))")


@dataclass(frozen=True)
class Mended:
    """A tree of files after ``--fix``: where it is, and what the run said before and after."""

    folder: Path
    before: Run
    after: Run
    changes: dict[Path, Change] = field(default_factory=dict)


def mend(folder: Path, paths: Sequence[str] = (), *, unsafe: bool = True) -> Mended:
    """Mend every file below a folder."""
    configuration = Configuration(command_line({}))
    wanted = [str(folder / path) for path in paths] or [str(folder)]
    before = run(wanted, configuration, mending=Mending())
    after = run(wanted, configuration, mending=Mending(apply=True, unsafe=unsafe), write=True)
    assert not before.errors and not after.errors
    return Mended(folder, before, after, {Path(change.path): change for change in after.changes})


@functools.cache
def mended_fixtures() -> Mended:
    """A copy of all fixtures, mended once for all tests."""
    folder = Path(tempfile.mkdtemp(prefix="losslint-fix-")) / "fixtures"
    shutil.copytree(ROOT / "fixtures", folder)
    return mend(folder)


def mended_source(text: str, folder: Path) -> tuple[str, tuple[Finding, ...]]:
    """One program as ``--fix`` leaves it, and what is still found in it."""
    path = folder / "program.py"
    path.write_bytes(text.encode())
    finished = mend(folder, ["program.py"])
    return path.read_bytes().decode(), finished.after.findings


def fixable(finding: Finding) -> bool:
    """Whether edits were offered for a finding."""
    return finding.fix is not None and bool(finding.fix.edits)
