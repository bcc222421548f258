"""Completion in real shells: what stands in the documentation is run, and Tab is pressed."""

from __future__ import annotations

import os
import pty
import re
import select
import shutil
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

PATH = os.pathsep.join([str(Path(sys.executable).parent), os.environ.get("PATH", "")])
SOURCE = 'eval "$(_LOSSLINT_COMPLETE={shell}_source losslint)"'
FISH = "_LOSSLINT_COMPLETE=fish_source losslint | source"

WORDS = {
    "losslint ins": ["inspect"],
    "losslint check --output-for": ["--output-format"],
    "losslint --write-b": ["--write-baseline"],
    "losslint src --output-format rd": ["rdjson"],
    "losslint rule LL40": ["LL401", "LL402", "LL403"],
}
LISTS = {"losslint --ignore LL101,LL40": ["LL101,LL401", "LL101,LL402", "LL101,LL403"]}
"""Not in fish, whose script by click cuts at commas."""
FOLDERS = {"losslint config my_": ["my_losses"], "losslint my_": ["my_losses"]}


def shell(name: str) -> str:
    found = shutil.which(name)
    if found is None:
        pytest.skip(f"{name} is not installed")
    return found


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "my_losses").mkdir()
    return tmp_path


def output(folder: Path, *command: str) -> str:
    done = subprocess.run(
        command, cwd=folder, env={**os.environ, "PATH": PATH}, capture_output=True, text=True, check=True
    )
    return done.stdout


@pytest.mark.parametrize(("line", "offered"), {**WORDS, **LISTS, **FOLDERS}.items())
def test_bash(folder: Path, line: str, offered: list[str]) -> None:
    words = line.split()
    script = f"""
        {SOURCE.format(shell="bash")}
        COMP_WORDS=({line}); COMP_CWORD={len(words) - 1}
        compopt() {{ default=yes; }}
        _losslint_completion losslint
        [ -n "${{COMPREPLY[*]}}" ] || [ -z "$default" ] || COMPREPLY=($(compgen -f -- {words[-1]}))
        printf '%s\\n' "${{COMPREPLY[@]}}"
    """
    assert output(folder, shell("bash"), "--norc", "-c", script).split() == offered


@pytest.mark.parametrize(("line", "offered"), WORDS.items())
def test_fish(folder: Path, line: str, offered: list[str]) -> None:
    got = output(folder, shell("fish"), "--no-config", "-c", f"{FISH}; complete -C '{line}'")
    assert [row.partition("\t")[0] for row in got.splitlines()] == offered


def test_zsh(folder: Path) -> None:
    zsh = shell("zsh")
    process, screen = pty.fork()
    if process == 0:  # pragma: no cover
        os.chdir(folder)
        os.execve(zsh, ["zsh", "-f", "-i"], {**os.environ, "PATH": PATH, "TERM": "vt100"})
    try:
        ready = f"autoload -U compinit; compinit -u -D; {SOURCE.format(shell='zsh')}; print rea''dy\n"
        os.write(screen, ready.encode())
        assert typed(screen, r"\bready\b")
        for line, offered in {**WORDS, **LISTS, **FOLDERS}.items():
            if len(offered) == 1:
                os.write(screen, f"{line}\t".encode())
                assert typed(screen, re.escape(" ".join([*line.split()[:-1], offered[0]]))), line
                os.write(screen, b"\x15")  # take the line back
    finally:
        os.kill(process, signal.SIGKILL)
        os.close(screen)
        os.waitpid(process, 0)


def typed(screen: int, pattern: str) -> bool:
    """Whether the terminal comes to show this."""
    seen, end = "", time.monotonic() + 20
    while time.monotonic() < end:
        if select.select([screen], [], [], 1)[0]:
            seen += os.read(screen, 65536).decode(errors="replace")
            if re.search(pattern, re.sub(r"\x1b\[[0-9;?]*[a-zA-Z]|\x08|\x07", "", seen)):
                return True
    return False
