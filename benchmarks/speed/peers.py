"""Other linters, each in an environment of its own."""

from __future__ import annotations

import os
import subprocess
import sys
import venv
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from .measure import Failed


@dataclass(frozen=True, slots=True)
class Peer:
    """A linter. ``arguments`` go before the path, ``fine`` are its statuses after a lint.

    ``slow``: it takes minutes for a whole tree.
    """

    name: str
    requirements: tuple[str, ...]
    arguments: tuple[str, ...]
    slow: bool = True
    fine: Sequence[int] = (0, 1)


PEERS = (
    Peer(
        "ruff",
        ("ruff==0.17.6",),
        (
            "check",
            "--isolated",
            "--no-cache",
            "--quiet",
        ),
        slow=False,
    ),
    Peer(
        "flake8",
        ("flake8==7.5.0",),
        (
            "--isolated",
            "--jobs=1",
            "--extend-exclude=.losslint_cache",
        ),
    ),
    Peer(
        "pylint",
        ("pylint==4.1.4",),
        (
            "--rcfile=",
            "--jobs=1",
            "--recursive=y",
        ),
        fine=range(32),
    ),  # one bit for each kind of message
    Peer("torchfix", ("torchfix==0.7.0",), ()),
    Peer("fixit", ("fixit==2.2.1",), ("lint",)),
)


def installed(peer: Peer, cache: Path) -> list[str]:
    """The command line of a peer, up to the path; it is installed if it is not. Raises Failed."""
    home = cache / "speed" / "peers" / "-".join(peer.requirements)
    scripts = home / ("Scripts" if os.name == "nt" else "bin")
    program = scripts / peer.name
    if not (home / "complete").exists():
        venv.create(home, with_pip=True, clear=True)
        command = [str(scripts / "python"), "-m", "pip", "install", "--quiet", "--disable-pip-version-check"]
        run = subprocess.run([*command, *peer.requirements], capture_output=True, text=True, check=False)
        if run.returncode or not program.exists():
            reason = (run.stderr.strip().splitlines() or ("no such program in it",))[-1]
            raise Failed(f"{peer.name}: {reason}")
        (home / "complete").touch()
    return [str(program), *peer.arguments]


def losslint() -> list[str]:
    """The losslint of this environment, as a user calls it."""
    return [str(Path(sys.executable).with_name("losslint"))]
