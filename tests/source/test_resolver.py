"""Imports lead to what an editor holds before they lead to what is on disk."""

from __future__ import annotations

from pathlib import Path

import pytest

from losslint.checking import check_text
from losslint.config import Configuration, command_line
from losslint.model import Verdict
from losslint.run import Checked, Mending, Task
from losslint.source.resolver import Resolver
from losslint.source.text import source_text

MEAN = "import tensorflow as tf\n\n\ndef total(x):\n    return tf.reduce_mean(x)\n"
SUM = MEAN.replace("mean", "sum")
LOSS = """\
import tensorflow as tf
from helpers import total


def loss(y_true, y_pred):
    return total(tf.square(y_true - y_pred))
"""


@pytest.fixture
def project(tmp_path: Path) -> Path:
    (tmp_path / "pyproject.toml").write_text("", encoding="utf-8")
    (tmp_path / "helpers.py").write_text(MEAN, encoding="utf-8")
    return tmp_path


def check(project: Path, text: str, *, mending: Mending | None = None, **unsaved: str) -> Checked:
    path = str(project / "losses.py")
    held = {
        project / f"{name}.py": source_text(held, path=str(project / f"{name}.py"))
        for name, held in unsaved.items()
    }
    settings = Configuration(command_line({})).for_file(path)
    return check_text(text, Task(path, settings, mending=mending, modules=Resolver.for_file(path, held)))


def codes(checked: Checked) -> list[str]:
    return [finding.code for finding in checked.result.findings]


def test_the_disk_counts_where_nothing_else_is_held(project: Path) -> None:
    checked = check(project, LOSS)
    assert [loss.verdict for loss in checked.result.losses] == [Verdict.INVARIANT]


def test_an_unsaved_module_stands_for_its_file(project: Path) -> None:
    assert codes(check(project, LOSS, helpers=SUM)) == ["LL101"]


def test_a_module_that_is_only_unsaved_is_found(project: Path) -> None:
    (project / "helpers.py").unlink()
    assert codes(check(project, LOSS, helpers=SUM)) == ["LL101"]


def test_an_unsaved_module_that_does_not_parse_is_read_from_disk(project: Path) -> None:
    (project / "helpers.py").write_text(SUM, encoding="utf-8")
    assert codes(check(project, LOSS, helpers="def total(x:\n")) == ["LL101"]


def test_a_fix_is_proved_against_what_is_held(project: Path) -> None:
    checked = check(project, LOSS, mending=Mending(apply=True), helpers=SUM)
    assert checked.change is not None
    assert not checked.change.result.findings


def test_what_was_found_is_known(project: Path) -> None:
    path = str(project / "losses.py")
    resolver = Resolver.for_file(path)
    assert resolver("helpers") is not None
    assert resolver("nowhere") is None
    assert resolver.found == {str(project / "helpers.py")}


def test_nul_in_an_unsaved_text_is_a_syntax_error_at_its_place(project: Path) -> None:
    (finding,) = check(project, "x = 1\ny = '\0'\n").result.findings
    assert (finding.code, finding.span.line, finding.span.column) == ("LL001", 2, 6)
