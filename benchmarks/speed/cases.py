"""What is measured, as data: cases, their contenders, and the bars that losslint is held to."""

from __future__ import annotations

import shutil
import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from . import trees
from .measure import Command
from .peers import Peer, losslint

ROOT = Path(__file__).resolve().parent.parent.parent
PYTHON = sys.executable


@dataclass(frozen=True, slots=True)
class Bar:
    """``cost`` of one contender is at most ``limit`` times that of another (``limit`` MB where there is no other)."""

    of: str
    to: str | None
    limit: float
    cost: str = "cpu"


@dataclass(frozen=True, slots=True)
class Case:
    """One table. Every contender is compared with ``own``."""

    name: str
    title: str
    own: str
    contenders: Mapping[str, Command]
    bars: Sequence[Bar] = ()


@dataclass(frozen=True, slots=True)
class Place:
    """Where a benchmark works, and the peers it can call: their command lines by name."""

    work: Path
    published: Path
    peers: Mapping[Peer, Sequence[str]]
    slow: bool = False
    """Whether peers are wanted that take minutes for a whole tree."""


def python(*argv: str) -> Command:
    """A floor: something that Python is asked to do."""
    return Command([PYTHON, *argv], ROOT)


def checking(target: Path, *options: str, **how: object) -> Command:
    """losslint over a file or directory, from the directory above it."""
    argv = [*losslint(), "check", "--isolated", "--quiet", "--exit-zero", *options, target.name]
    return Command(argv, target.parent, **how)  # type: ignore[arg-type]


def _peers(place: Place, target: Path, *, whole_tree: bool = False) -> dict[str, Command]:
    return {
        peer.name: Command([*argv, target.name], target.parent, slow=whole_tree and peer.slow, fine=peer.fine)
        for peer, argv in place.peers.items()
        if place.slow or not (whole_tree and peer.slow)
    }


def start(place: Place) -> Case:
    """A small file without findings: what every commit pays."""
    file = trees.small(place.work / "small") / "clean.py"
    return Case(
        "start",
        "one small clean file",
        "losslint",
        {
            "python -c pass": python("-c", "pass"),
            "import click": python("-c", "import click"),
            "losslint": checking(file),
            "losslint, no cache": checking(file, "--no-cache"),
            **_peers(place, file),
        },
        [
            Bar("losslint", "import click", 1.5),
            Bar("losslint, no cache", "import click", 1.5),
            *(Bar("losslint", peer.name, 1.0) for peer in place.peers if peer.name != "ruff"),
        ],
    )


def finding(place: Place) -> Case:
    """A small file with a finding: the analysis is loaded."""
    file = trees.small(place.work / "small") / "finding.py"
    return Case(
        "finding",
        "one small file with a finding",
        "losslint, no cache",
        {
            "import libcst": python("-c", "import libcst"),
            "losslint": checking(file),
            "losslint, no cache": checking(file, "--no-cache"),
            **_peers(place, file),
        },
        [Bar("losslint, no cache", "import libcst", 1.6)],
    )


def cold(place: Place) -> Case:
    """A whole tree from nothing, in one process and in two, and how much memory that takes."""
    tree = place.published
    return Case(
        "cold",
        "the published trees, nothing known",
        "losslint",
        {
            "read all, parse candidates": python("-m", "benchmarks.speed.floors", "parse", str(tree)),
            "losslint": checking(tree, "--no-cache", "--jobs", "1"),
            "losslint, 2 processes": checking(tree, "--no-cache", "--jobs", "2"),
            **_peers(place, tree, whole_tree=True),
        },
        [
            Bar("losslint", "read all, parse candidates", 2.0),
            Bar("losslint, 2 processes", "losslint", 1 / 1.7, "wall"),
            Bar("losslint", None, 200.0, "memory"),
            Bar("losslint", "ruff", 4.0),
            Bar("losslint", "flake8", 1 / 10),
            Bar("losslint", "torchfix", 1 / 60),
            Bar("losslint", "fixit", 1 / 100),
        ],
    )


def warm(place: Place) -> Case:
    """A whole tree of which everything is known, and one in which a file has changed."""
    tree, cache = place.published, place.work / "warm"
    options = ("--cache-dir", str(cache))
    changing = place.work / "changing" / "tree"
    if not changing.is_dir():
        shutil.copytree(tree, changing)
    changed = next(iter(sorted(changing.rglob("losses.py"))))
    original = changed.read_text(encoding="utf-8").rstrip("\n").removesuffix("# changed").rstrip("\n")
    turns = [0]

    def change() -> None:
        turns[0] += 1
        changed.write_text(original + "\n" * turns[0] + "# changed\n", encoding="utf-8")

    small = trees.small(place.work / "small") / "finding.py"
    return Case(
        "warm",
        "the published trees, everything known",
        "losslint",
        {
            "stat and hash all": python("-m", "benchmarks.speed.floors", "hash", str(tree)),
            "losslint": checking(tree, *options),
            "losslint, one file changed": checking(
                changing, "--cache-dir", str(place.work / "changed"), prepare=change
            ),
            "losslint, a small file": checking(small, "--no-cache"),
            **{name: each for name, each in _peers(place, tree, whole_tree=True).items() if name == "ruff"},
        },
        [
            Bar("losslint", "stat and hash all", 1.5),
            Bar("losslint", "ruff", 1.0),
            Bar("losslint, one file changed", "losslint, a small file", 1.3),
        ],
    )


def losses(place: Place) -> Case:
    """Files with many losses: ten times as many cost ten times as much."""
    contenders = {}
    for number in (500, 5_000):
        folder = trees.many_losses(place.work / f"losses{number}", number)
        contenders[f"losslint, {number} losses"] = checking(
            folder, "--no-cache", "--jobs", "1", slow=number > 500
        )
    few, many = contenders
    return Case("losses", "one generated file", many, contenders, [Bar(many, few, 10.5)])


def files(place: Place) -> Case:
    """A tree of 50,000 small files."""
    tree = trees.many_files(place.work / "many", 50_000)
    options = ("--cache-dir", str(place.work / "many-cache"))
    return Case(
        "files",
        "50,000 small files",
        "losslint, everything known",
        {
            "read all, parse candidates": python("-m", "benchmarks.speed.floors", "parse", str(tree)),
            "stat and hash all": python("-m", "benchmarks.speed.floors", "hash", str(tree)),
            "losslint": checking(tree, "--no-cache", "--jobs", "1", slow=True),
            "losslint, everything known": checking(tree, *options),
            **{name: each for name, each in _peers(place, tree, whole_tree=True).items() if name == "ruff"},
        },
        [Bar("losslint, everything known", "stat and hash all", 1.5)],
    )


CASES = {case.__name__: case for case in (start, finding, cold, warm, losses, files)}
