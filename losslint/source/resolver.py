"""Modules of the project by dotted name: found on disk beside the checked file, parsed, never imported."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from functools import lru_cache
from pathlib import Path

from .index import ModuleIndex
from .text import ParseFailure, SourceText, UnreadableFile, parse, read_source

MAX_MODULE_BYTES = 2_000_000
"""A larger module is data or generated; what it defines stays unknown."""
MARKERS = ("pyproject.toml", "setup.py", "setup.cfg", ".git")
MAX_LEVELS = 8


@dataclass(frozen=True)
class Resolver:
    """Finds modules as Python would with the checked file's project on its path.

    ``roots`` are searched in order: the folder of the script, the one that holds the file's top package, and those
    above it up to the project's own root (for namespace packages and ``src`` layouts). ``unsaved`` holds texts that
    stand for the files of these paths, as far as they parse.
    """

    roots: tuple[Path, ...]
    unsaved: Mapping[Path, SourceText] = field(default_factory=dict, compare=False)
    _found: dict[str, ModuleIndex | None] = field(default_factory=dict, compare=False)

    @classmethod
    def for_file(cls, path: str, unsaved: Mapping[Path, SourceText] | None = None) -> Resolver:
        """The resolver for the imports of one file."""
        file = Path(path).absolute()
        return cls(tuple(dict.fromkeys(_roots(file))), unsaved or {})

    @property
    def found(self) -> frozenset[str]:
        """The files that were asked for so far and found."""
        return frozenset(index.path for index in self._found.values() if index is not None)

    def __call__(self, name: str) -> ModuleIndex | None:
        """The module of that dotted name, or None."""
        if name not in self._found:
            self._found[name] = self._find(name)
        return self._found[name]

    def _find(self, name: str) -> ModuleIndex | None:
        parts = name.split(".")
        if not all(part.isidentifier() for part in parts):
            return None
        for root in self.roots:
            base = root.joinpath(*parts)
            for file, is_package in ((base.with_suffix(".py"), False), (base / "__init__.py", True)):
                held = self.unsaved.get(file)
                if held is not None and (index := _unsaved_index(held, name, is_package)):
                    return index
                if file.is_file():
                    return load(file, name, is_package)
        return None


def _roots(file: Path) -> Iterator[Path]:
    folder = file.parent
    if not (folder / "__init__.py").is_file():
        yield folder
    while (folder / "__init__.py").is_file() and folder != folder.parent:
        folder = folder.parent
    for _ in range(MAX_LEVELS):
        yield folder
        if any((folder / marker).exists() for marker in MARKERS) or folder == folder.parent:
            yield folder / "src"
            return
        folder = folder.parent


def load(file: Path, name: str, is_package: bool) -> ModuleIndex | None:
    """The index of a module file; None if it cannot be read or parsed."""
    try:
        status = file.stat()
    except OSError:
        return None
    if status.st_size > MAX_MODULE_BYTES:
        return None
    return _load(file, name, is_package, status.st_mtime_ns, status.st_size)


@lru_cache(maxsize=512)
def _load(file: Path, name: str, is_package: bool, changed: int, size: int) -> ModuleIndex | None:
    try:
        return _index(read_source(file), name, is_package)
    except (UnreadableFile, ParseFailure):
        return None


@lru_cache(maxsize=64)
def _unsaved_index(source: SourceText, name: str, is_package: bool) -> ModuleIndex | None:
    return _index(source, name, is_package)


def _index(source: SourceText, name: str, is_package: bool) -> ModuleIndex | None:
    try:
        return ModuleIndex(source.path, source.lines, parse(source), name, is_package)
    except ParseFailure:
        return None
