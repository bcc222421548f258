"""What the README says of files and of CI. What it shows is tested with all pages, in tests/docs."""

from __future__ import annotations

import re
from pathlib import Path

from commanding import Command

README = Path(__file__).resolve().parent.parent / "README.md"
TEXT = README.read_text(encoding="utf-8")


def block(mark: str) -> str:
    """The fenced block after a mark."""
    match = re.search(rf"<!-- {re.escape(mark)} -->\n```\w*\n(.*?)```", TEXT, re.DOTALL)
    assert match is not None, mark
    return match.group(1)


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
