"""Where a file stands: the packages around it, and where Python would look for the modules it imports."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator, Sequence
from typing import NamedTuple

MARKERS = ("pyproject.toml", "setup.py", "setup.cfg", ".git")
MAX_LEVELS = 8

Test = Callable[[str], bool]


class Surroundings(NamedTuple):
    """The place of the files of one directory.

    ``packages`` are the packages they belong to, the outermost first. ``roots`` are searched in order: the folder
    of a script, the one that holds the top package, and those above it up to the project's own root (for
    namespace packages and ``src`` layouts).
    """

    packages: tuple[str, ...]
    roots: tuple[str, ...]


def surroundings(
    folder: str, *, is_file: Test = os.path.isfile, exists: Test = os.path.exists
) -> Surroundings:
    """What the file system says of an absolute folder. The tests can be answered from memory."""

    def is_package(directory: str) -> bool:
        return is_file(os.path.join(directory, "__init__.py"))

    top = folder
    packages: list[str] = []
    while is_package(top) and top != os.path.dirname(top):
        packages.insert(0, os.path.basename(top))
        top = os.path.dirname(top)
    return Surroundings(tuple(packages), tuple(dict.fromkeys(_upwards(top, exists))))


def _upwards(folder: str, exists: Test) -> Iterator[str]:
    for _ in range(MAX_LEVELS):
        yield folder
        parent = os.path.dirname(folder)
        if parent == folder or any(exists(os.path.join(folder, marker)) for marker in MARKERS):
            yield os.path.join(folder, "src")
            return
        folder = parent


def find_module(
    roots: Sequence[str], name: str, *, is_file: Test = os.path.isfile
) -> tuple[str, bool] | None:
    """The file of a module, and whether it is a package's ``__init__``; None for no module of the project."""
    parts = name.split(".")
    if not all(part.isidentifier() for part in parts):
        return None
    for root in roots:
        base = os.path.join(root, *parts)
        for file, is_package in ((base + ".py", False), (os.path.join(base, "__init__.py"), True)):
            if is_file(file):
                return file, is_package
    return None
