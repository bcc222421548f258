"""``check --fix`` and its relatives on the command line."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from mending import LOSS, MENDED

Command = Callable[..., Any]
COMMAND = [sys.executable, "-m", "losslint", "check", "--isolated"]
HOPELESS = """\
import tensorflow as tf


def ratio_loss(y_true, y_pred):
    return tf.reduce_sum(y_true * y_pred) / (tf.reduce_sum(y_true) + 1.0)
"""
UNSAFE = """\
import tensorflow as tf


def spread_loss(y_true, y_pred):
    return tf.math.reduce_variance(y_pred)
"""
UNBIASED = """\
import tensorflow as tf


def spread_loss(y_true, y_pred):
    entries = tf.cast(tf.size(y_pred), y_pred.dtype)
    return tf.math.reduce_variance(y_pred) * entries / tf.maximum(entries - 1.0, 1.0)
"""


@pytest.fixture(autouse=True)
def files(command: Command) -> None:
    Path("a.py").write_text(LOSS, encoding="utf-8")


def test_fix_writes_counts_and_exits_with_0(command: Command) -> None:
    outcome = command("--isolated", "--fix", "a.py")
    assert (outcome.status, outcome.out) == (0, "")
    assert outcome.err == "1 finding fixed, none left; 1 file and 1 loss checked\n"
    assert Path("a.py").read_text(encoding="utf-8") == MENDED
    again = command("--isolated", "--fix", "a.py")
    assert (again.status, again.err) == (0, "nothing found; 1 file and 1 loss checked\n")


def test_what_is_left_is_reported(command: Command) -> None:
    Path("b.py").write_text(HOPELESS, encoding="utf-8")
    outcome = command("--isolated", "--fix", ".")
    assert outcome.status == 1
    assert outcome.out.startswith("b.py:5:12: LL203")
    assert outcome.err == "1 finding fixed, 1 left; 2 files and 2 losses checked\n"


def test_exit_non_zero_on_fix(command: Command) -> None:
    assert command("--isolated", "--fix", "--exit-non-zero-on-fix", "a.py").status == 1
    assert command("--isolated", "--fix", "--exit-non-zero-on-fix", "a.py").status == 0


def test_diff_writes_nothing_and_patch_applies_it(command: Command) -> None:
    crlf = LOSS.replace("\n", "\r\n").rstrip("\r\n").encode()
    Path("b.py").write_bytes(crlf)
    outcome = command("--isolated", "--diff", ".")
    assert outcome.status == 1
    assert outcome.err == "2 findings would be fixed in 2 files\n"
    assert Path("a.py").read_text(encoding="utf-8") == LOSS
    assert Path("b.py").read_bytes() == crlf
    command("--isolated", "--diff", "-o", "changes.diff", ".")
    assert "axis=list(range(1, len(y_pred.shape)))" in Path("changes.diff").read_text(encoding="utf-8")


def test_patch_makes_of_a_diff_what_fix_makes(tmp_path: Path) -> None:
    for folder in ("one", "other"):
        (tmp_path / folder).mkdir()
        (tmp_path / folder / "a.py").write_bytes(LOSS.replace("\n", "\r\n").encode() + b"# \xe2\x82\xac")
    run = [*COMMAND, "--quiet"]
    diff = subprocess.run(
        [*run, "--diff", "."], cwd=tmp_path / "one", capture_output=True, check=False
    ).stdout
    subprocess.run(["patch", "-p0", "-s", "--binary"], cwd=tmp_path / "one", input=diff, check=True)
    subprocess.run([*run, "--fix", "."], cwd=tmp_path / "other", check=True)
    assert (tmp_path / "one/a.py").read_bytes() == (tmp_path / "other/a.py").read_bytes()
    assert b"axis=" in (tmp_path / "one/a.py").read_bytes()


def test_stdin_comes_out_mended() -> None:
    mended = piped(LOSS.replace("\n", "\r\n").encode(), "-")
    assert (mended.returncode, mended.stdout) == (0, MENDED.replace("\n", "\r\n").encode())
    left = piped(HOPELESS.encode(), "-", "--stdin-filename", "b.py")
    assert (left.returncode, left.stdout) == (1, HOPELESS.encode())
    assert b"b.py:5:12: LL203" in left.stderr


def piped(data: bytes, *arguments: str) -> subprocess.CompletedProcess[bytes]:
    """``losslint check --fix`` with that standard input."""
    return subprocess.run([*COMMAND, "--fix", *arguments], input=data, capture_output=True, check=False)


def test_unsafe_fixes_wait_to_be_asked_for(command: Command) -> None:
    Path("a.py").write_text(UNSAFE, encoding="utf-8")
    assert command("--isolated", "--fix", "a.py").status == 1
    assert Path("a.py").read_text(encoding="utf-8") == UNSAFE
    assert command("--isolated", "--fix", "--unsafe-fixes", "a.py").status == 0
    assert Path("a.py").read_text(encoding="utf-8") == UNBIASED


def test_json_has_the_fix_and_the_count(command: Command) -> None:
    offered = json.loads(command("--isolated", "--output-format", "json", "a.py").out)
    (finding,) = offered["findings"]
    assert finding["fix"] == {
        "title": "sum over the axes of one sample only, and leave the mean over the batch to Keras",
        "applicability": "suggested",
        "edits": [
            {"line": 5, "column": 52, "end_line": 5, "end_column": 52}
            | {"replacement": ", axis=list(range(1, len(y_pred.shape)))"}
        ],
        "reanalysed": True,
        "measured": None,
    }
    assert offered["summary"]["fixed"] == 0
    applied = json.loads(command("--isolated", "--fix", "--output-format", "json", "a.py").out)
    assert (applied["findings"], applied["summary"]["fixed"]) == ([], 1)


def test_advice_has_no_edits(command: Command) -> None:
    Path("a.py").write_text(HOPELESS, encoding="utf-8")
    (finding,) = json.loads(command("--isolated", "--output-format", "json", "a.py").out)["findings"]
    assert (finding["fix"]["applicability"], finding["fix"]["edits"]) == ("manual", [])
    assert "tf.reduce_sum(y_true * y_pred)" in finding["fix"]["title"]


def test_a_suppressed_finding_is_not_fixed(command: Command) -> None:
    text = LOSS.replace("y_pred))\n", "y_pred))  # noqa: LL101\n")
    Path("a.py").write_text(text, encoding="utf-8")
    assert command("--isolated", "--fix", "a.py").status == 0
    assert Path("a.py").read_text(encoding="utf-8") == text


def test_a_rule_that_is_off_fixes_nothing(command: Command) -> None:
    assert command("--isolated", "--fix", "--ignore", "LL101", "a.py").status == 0
    assert Path("a.py").read_text(encoding="utf-8") == LOSS


def test_verbose_says_why_a_fix_was_withheld(command: Command) -> None:
    text = "import tensorflow as tf\n\n\ndef energy_loss(x):\n    return tf.reduce_logsumexp(x)\n"
    Path("a.py").write_text(text, encoding="utf-8")
    outcome = command("--isolated", "--fix", "--verbose", "a.py")
    assert "LL102: fix withheld" in outcome.err
    assert Path("a.py").read_text(encoding="utf-8") == text


@pytest.mark.tensorflow
def test_with_confirm_a_fix_is_measured_or_not_written(command: Command) -> None:
    broken = "\n\ndef broken_loss(y_true, y_pred):\n    assert False\n    return tf.reduce_sum(y_pred)\n"
    Path("a.py").write_text(LOSS + broken, encoding="utf-8")
    shown = json.loads(command("--isolated", "--confirm", "--output-format", "json", "a.py").out)
    assert [each["fix"] and each["fix"]["measured"] for each in shown["findings"]] == ["0", None]
    outcome = command("--isolated", "--fix", "--confirm", "--verbose", "a.py")
    assert "not measured: failed: AssertionError" in outcome.err
    assert Path("a.py").read_text(encoding="utf-8") == MENDED + broken
