"""Where a file stands: the packages around it, and where Python would look for the modules it imports."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from contextvars import ContextVar
from functools import cache
from typing import NamedTuple

MARKERS = ("pyproject.toml", "setup.py", "setup.cfg", ".git")
MAX_LEVELS = 8
INIT = "__init__.py"

Test = Callable[[str], bool]


class Surroundings(NamedTuple):
    """The place of the files of one directory.

    ``packages`` are the packages they belong to, the outermost first. ``roots`` are searched in order: the folder
    of a script, the one that holds the top package, and those above it up to the project's own root (for
    namespace packages and ``src`` layouts).
    """

    packages: tuple[str, ...]
    roots: tuple[str, ...]


def surroundings(folder: str) -> Surroundings:
    """What the file system says of an absolute folder."""
    return (_places.get() or Places(os.path.isfile, os.path.exists)).around(folder)


def is_file(path: str) -> bool:
    """Whether the file system knows a file of that name."""
    places = _places.get()
    return os.path.isfile(path) if places is None else places.is_file(path)


@contextmanager
def remembering() -> Iterator[None]:
    """The file system is asked once for each thing inside: in a run over many files, which import the same modules."""
    token = _places.set(Places(cache(os.path.isfile), os.path.exists))
    try:
        yield
    finally:
        _places.reset(token)


class Places:
    """Surroundings of many folders: what lies in one package shares what lies around it."""

    def __init__(self, is_file: Test, exists: Test) -> None:
        self.is_file = is_file
        self._exists = exists
        self._around: dict[str, Surroundings] = {}
        self._tops: dict[str, bool] = {}

    def around(self, folder: str) -> Surroundings:
        """The surroundings of an absolute folder."""
        inner: list[str] = []
        while (known := self._around.get(folder)) is None and self._is_package(folder):
            inner.append(folder)
            folder = os.path.dirname(folder)
        if known is None:
            known = self._around[folder] = Surroundings((), tuple(dict.fromkeys(self._upwards(folder))))
        for package in reversed(inner):
            known = Surroundings((*known.packages, os.path.basename(package)), known.roots)
            self._around[package] = known
        return known

    def _is_package(self, folder: str) -> bool:
        return self.is_file(os.path.join(folder, INIT)) and folder != os.path.dirname(folder)

    def _upwards(self, folder: str) -> Iterator[str]:
        for _ in range(MAX_LEVELS):
            yield folder
            parent = os.path.dirname(folder)
            if parent == folder or self._is_top(folder):
                yield os.path.join(folder, "src")
                return
            folder = parent

    def _is_top(self, folder: str) -> bool:
        """Whether a project begins there."""
        if folder not in self._tops:
            self._tops[folder] = any(self._exists(os.path.join(folder, marker)) for marker in MARKERS)
        return self._tops[folder]


_places: ContextVar[Places | None] = ContextVar("places", default=None)


def find_module(roots: Sequence[str], name: str, *, is_file: Test = is_file) -> tuple[str, bool] | None:
    """The file of a module, and whether it is a package's ``__init__``; None for no module of the project."""
    parts = name.split(".")
    if not all(part.isidentifier() for part in parts):
        return None
    inside = os.path.join(*parts)
    for root in roots:
        base = os.path.join(root, inside)
        for file, is_package in ((base + ".py", False), (base + os.sep + INIT, True)):
            if is_file(file):
                return file, is_package
    return None
