"""The README tells the truth: the example gives that output, the table lists the rules there are, the files load."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from commanding import Command
from losslint.rules import _registry

README = Path(__file__).resolve().parent.parent / "README.md"
TEXT = README.read_text(encoding="utf-8")


def block(mark: str) -> str:
    """The fenced block after a mark."""
    match = re.search(rf"<!-- {re.escape(mark)} -->\n```\w*\n(.*?)```", TEXT, re.DOTALL)
    assert match is not None, mark
    return match.group(1)


def rule_table() -> str:
    """The rules as the README lists them."""
    rows = [
        f"| {rule.code} | {rule.name} | {rule.summary}{'' if rule.default else ' (off by default)'} |"
        for rule in _registry.all_rules()
    ]
    return "\n".join(["| code | name | fires when |", "|---|---|---|", *rows])


def test_the_example_gives_that_output(command: Command, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("COLUMNS", "88")
    Path("losses.py").write_text(block("example: losses.py"), encoding="utf-8")
    outcome = command("check", "--isolated", "--output-format", "full", "--color", "never", "losses.py")
    assert outcome.status == 1
    assert [line.rstrip() for line in outcome.out.splitlines()] == block(
        "output: losslint check losses.py"
    ).splitlines()


def test_every_rule_is_listed() -> None:
    assert rule_table() in TEXT


def test_a_table_of_ones_own_is_used(command: Command) -> None:
    Path("our_ops.toml").write_text(block("table: our_ops.toml"), encoding="utf-8")
    Path("losslint.toml").write_text('ops = ["our_ops.toml"]\n', encoding="utf-8")
    Path("losses.py").write_text(
        "import ourlib\n\n\ndef loss(y_true, y_pred):\n    return ourlib.masked_total(y_true - y_pred)\n",
        encoding="utf-8",
    )
    outcome = command("check", "--output-format", "concise", "losses.py")
    assert outcome.status == 1
    assert "LL101" in outcome.out


def test_the_configuration_shown_is_accepted(command: Command) -> None:
    shown = re.search(r"```toml\n(\[tool\.losslint\]\n.*?)```", TEXT, re.DOTALL)
    assert shown is not None
    Path("pyproject.toml").write_text(shown.group(1), encoding="utf-8")
    Path("our_ops.toml").write_text(block("table: our_ops.toml"), encoding="utf-8")
    Path("clean.py").write_text("x = 1\n", encoding="utf-8")
    assert command("check", "clean.py").status == 0


def test_ci_runs_the_test_command_of_the_readme() -> None:
    script = (README.parent / ".ci" / "run").read_text(encoding="utf-8")
    assert block("command: test").strip() in script
