"""The speed benchmark: what it measures is there, and what it says is computed rightly."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from benchmarks.speed import trees
from benchmarks.speed.__main__ import verdicts
from benchmarks.speed.cases import Bar
from benchmarks.speed.floors import hashed, parse
from benchmarks.speed.measure import Command, Cost, Failed, cost, medians
from benchmarks.speed.profile import BEGIN, END, README, area_of, renewed
from losslint.config import Configuration, command_line
from losslint.run import run

ROOT = Path(__file__).parents[2]


def test_costs_are_those_of_the_command(tmp_path: Path) -> None:
    waited = cost(Command([sys.executable, "-c", "import time; time.sleep(0.3)"], tmp_path))
    assert waited.wall > 0.3
    assert waited.cpu < 0.3


MEMORY = """
import sys
from pathlib import Path
from benchmarks.speed.measure import Command, cost
for code in ("x = bytearray(300_000_000)", "pass"):
    print(cost(Command([sys.executable, "-c", code], Path.cwd())).memory)
"""


def test_memory_is_that_of_the_command() -> None:
    """Measured from a small process: a child starts with what its parent holds."""
    run = subprocess.run([sys.executable, "-c", MEMORY], capture_output=True, text=True, check=True, cwd=ROOT)
    large, small = map(float, run.stdout.split())
    assert large > small + 100


def test_a_command_that_fails_is_not_measured(tmp_path: Path) -> None:
    with pytest.raises(Failed, match="status 3: no good"):
        cost(
            Command(
                [sys.executable, "-c", "import sys; print('no good', file=sys.stderr); sys.exit(3)"], tmp_path
            )
        )


def test_runs_take_turns_and_slow_ones_run_once(tmp_path: Path) -> None:
    prepared: list[str] = []
    commands = {
        name: Command(
            [sys.executable, "-c", ""], tmp_path, prepare=lambda name=name: prepared.append(name), slow=slow
        )  # type: ignore[misc]
        for name, slow in (("a", False), ("b", True), ("c", False))
    }
    assert set(medians(commands, 3, lambda line: None)) == set(commands)
    assert prepared == ["a", "b", "c", "a", "c", "a", "c"]


def test_bars() -> None:
    costs = {"ours": Cost(3.0, 1.0, 150.0), "theirs": Cost(2.0, 2.0, 10.0)}
    bars = [
        Bar("ours", "theirs", 1.6),
        Bar("ours", "theirs", 1.4),
        Bar("ours", "theirs", 0.5, "wall"),
        Bar("ours", None, 100.0, "memory"),
        Bar("ours", "absent", 1.0),
    ]
    assert [met for _, met in verdicts(bars, costs)] == [True, False, True, False]


def test_made_up_trees_are_what_they_say(tmp_path: Path) -> None:
    losses = trees.many_losses(tmp_path / "losses", 30)
    files = trees.many_files(tmp_path / "files", 250)
    finished = run(
        [str(losses), str(files), str(trees.small(tmp_path / "small"))], Configuration(command_line({}))
    )
    assert (finished.files, finished.loss_count) == (1 + 250 + 2, 30 + 3 + 1)
    assert {finding.code for finding in finished.findings} == {"LL101"}
    assert len(finished.findings) == 3 + 3 + 1
    assert trees.many_files(tmp_path / "files", 250) == files


def test_floors(tmp_path: Path) -> None:
    files = trees.many_files(tmp_path, 250)
    assert hashed(str(files)) == 250
    assert parse(str(files)) == 3


def test_the_command_prints_every_contender(tmp_path: Path) -> None:
    (tmp_path / "speed" / "published").mkdir(parents=True)
    arguments = ["--case", "start", "--repeat", "1", "--no-peers", "--cache", str(tmp_path)]
    shown = subprocess.run(
        [sys.executable, "-m", "benchmarks.speed", *arguments],
        capture_output=True,
        text=True,
        check=False,
        cwd=Path(__file__).parent.parent.parent,
    )
    assert shown.returncode in (0, 1), shown.stderr
    assert "import click" in shown.stdout
    assert "losslint / import click" in shown.stdout


def test_the_profile_knows_where_time_goes() -> None:
    areas = {
        ("/x/losslint/analysis/degree.py", "spell"): "interpretation",
        ("/x/losslint/source/index.py", "names"): "index of modules, entries",
        ("/x/losslint/source/text.py", "parse"): "reading files, prefilter",
        ("/x/site-packages/libcst/_nodes/base.py", "visit"): "concrete syntax",
        ("~", "<built-in method builtins.compile>"): "syntax check, standard parser",
        ("~", "<built-in method builtins.isinstance>"): None,
        ("/usr/lib/python3.11/dataclasses.py", "replace"): None,
    }
    assert {key: area_of(*key) for key in areas} == areas


def test_the_profile_renews_the_readme() -> None:
    text = f"above\n\n{BEGIN}\nold\n{END}\n\nbelow\n"
    once = renewed(text, "new")
    assert once == f"above\n\n{BEGIN}\nnew\n{END}\n\nbelow\n"
    assert renewed(once, "new") == once
    assert BEGIN in README.read_text(encoding="utf-8")
