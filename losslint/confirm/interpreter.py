"""Which Python runs the losses: the one that has the user's framework, not the one that has losslint."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path


def choose_python(
    given: str | None, *, beside: Iterable[Path] = (), environment: Mapping[str, str] | None = None
) -> str:
    """``given``, else the active virtual or conda environment, else the first ``.venv`` in ``beside``, else this one.

    An environment that holds losslint itself does not count as active: hooks run tools in one of their own.
    """
    if given:
        return _interpreter_in(Path(given).expanduser()) or given
    for folder in _environments(os.environ if environment is None else environment, beside):
        if folder.resolve() != Path(sys.prefix).resolve() and (python := _interpreter_in(folder)):
            return python
    return sys.executable


def _environments(environment: Mapping[str, str], beside: Iterable[Path]) -> Iterator[Path]:
    for variable in ("VIRTUAL_ENV", "CONDA_PREFIX"):
        if environment.get(variable):
            yield Path(environment[variable])
    yield from (folder / ".venv" for folder in beside)


def _interpreter_in(folder: Path) -> str | None:
    """The interpreter of an environment, if the directory is one."""
    for part in ("bin/python", "Scripts/python.exe", "python.exe"):
        if (folder / part).is_file():
            return str(folder / part)
    return None
