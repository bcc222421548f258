"""Running commands and what they cost: processor time, wall time, memory; medians of interleaved runs."""

from __future__ import annotations

import os
import statistics
import subprocess
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True, slots=True)
class Command:
    """What is run. ``prepare`` comes before each run and is not measured. ``slow``: one run will do.

    Exit statuses other than ``fine`` mean that it has not done what is measured.
    """

    argv: Sequence[str]
    cwd: Path
    prepare: Callable[[], None] | None = None
    slow: bool = False
    fine: Sequence[int] = (0, 1)


@dataclass(frozen=True, slots=True)
class Cost:
    """Seconds of processor time of a command and its processes, seconds on the clock, MB of its largest process.

    The system counts no less memory than the process has that starts the command, here some 20 MB.
    """

    cpu: float
    wall: float
    memory: float


class Failed(Exception):
    """A command could not do what it is measured at; one line."""


def cost(command: Command) -> Cost:
    """Run once. Raises Failed for a command that crashed (findings are no failure)."""
    if command.prepare is not None:
        command.prepare()
    # An installed program has its byte code beside it, whatever the developer's shell says.
    environment = {name: value for name, value in os.environ.items() if name != "PYTHONDONTWRITEBYTECODE"}
    started = time.perf_counter()
    process = subprocess.Popen(
        command.argv,
        cwd=command.cwd,
        env=environment,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.PIPE,
    )
    assert process.stderr is not None
    complaint = process.stderr.read()
    _, status, used = os.wait4(process.pid, 0)
    wall = time.perf_counter() - started
    process.returncode = os.waitstatus_to_exitcode(status)
    if process.returncode not in command.fine:
        last = (complaint.decode("utf-8", "replace").strip().splitlines() or ["no message"])[-1]
        raise Failed(f"{' '.join(command.argv[:4])}: status {process.returncode}: {last}")
    return Cost(used.ru_utime + used.ru_stime, wall, used.ru_maxrss / 1024)


def medians(commands: Mapping[str, Command], repeat: int, tell: Callable[[str], None]) -> dict[str, Cost]:
    """The median cost of each, from runs that take turns, so that whatever slows the machine slows all of them."""
    costs: dict[str, list[Cost]] = {name: [] for name in commands}
    for turn in range(repeat):
        for name, command in commands.items():
            if turn and command.slow:
                continue
            tell(f"{name} ({turn + 1}/{repeat})")
            costs[name].append(cost(command))
    return {
        name: Cost(*(statistics.median(getattr(each, field) for each in runs) for field in Cost.__slots__))
        for name, runs in costs.items()
    }
