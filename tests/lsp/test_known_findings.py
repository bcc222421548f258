"""What the configured baseline holds is neither shown in an editor nor fixed by it."""

from __future__ import annotations

from pathlib import Path

from commanding import Command

from losslint.config import Configuration, command_line
from losslint.lsp.jobs import Answer, Job, answer
from losslint.run import Mending

SUMMED = "def summed(y_true, y_pred):\n    return tf.reduce_sum(tf.square(y_true - y_pred))\n"
CODE = f"import tensorflow as tf\n\n\n{SUMMED}"
MORE = f"{CODE}\n\n{SUMMED.replace('summed', 'again').replace('square', 'abs')}"


def asked(text: str, mending: Mending | None = None) -> Answer:
    path = str(Path("losses.py").resolve())
    return answer(Job(path, text, Configuration(command_line({})).for_file(path), {}, mending))


def lines(found: Answer) -> list[int]:
    return [finding.span.line for finding in found.checked.result.findings]


def test_known_findings_are_not_shown(command: Command) -> None:
    Path("losses.py").write_text(CODE, encoding="utf-8")
    assert lines(asked(MORE)) == [5, 9]
    command("check", "--write-baseline", "known.json")
    Path("losslint.toml").write_text('baseline = "known.json"\n', encoding="utf-8")
    assert lines(asked(MORE)) == [9]
    assert lines(asked(f"# typed above\n{MORE}")) == [10]


def test_known_findings_are_not_fixed(command: Command) -> None:
    Path("losses.py").write_text(CODE, encoding="utf-8")
    command("check", "--write-baseline", "known.json")
    Path("losslint.toml").write_text('baseline = "known.json"\n', encoding="utf-8")
    change = asked(MORE, Mending(apply=True)).checked.change
    assert change is not None
    after = change.after.decode()
    assert after.startswith(CODE)
    assert after != MORE
    Path("known.json").write_text("{", encoding="utf-8")
    assert asked(MORE, Mending(apply=True)).checked.change is None
    assert lines(asked(MORE)) == [5, 9]


def test_a_baseline_that_is_written_anew_holds_at_once(command: Command) -> None:
    Path("losses.py").write_text(CODE, encoding="utf-8")
    command("check", "--write-baseline", "known.json")
    Path("losslint.toml").write_text('baseline = "known.json"\n', encoding="utf-8")
    assert lines(asked(MORE)) == [9]
    Path("losses.py").write_text(MORE, encoding="utf-8")
    command("check", "--write-baseline", "known.json")
    assert lines(asked(MORE)) == []
