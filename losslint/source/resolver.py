"""Modules of the project by dotted name: found on disk beside the checked file, parsed, never imported."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import field
from functools import lru_cache
from pathlib import Path

from losslint.frozen import dataclass

from .index import ModuleIndex
from .places import find_module, is_file, surroundings
from .text import ParseFailure, SourceText, UnreadableFile, decode_source, parse, read_bytes
from .witness import Seen, asked_for, digest, stamp

MAX_MODULE_BYTES = 2_000_000
"""A larger module is data or generated; what it defines stays unknown."""


@dataclass(frozen=True, slots=True)
class Found:
    """A module's file as it was read; ``index`` is None if it cannot be parsed, or is too large."""

    seen: Seen
    index: ModuleIndex | None


@dataclass(frozen=True)
class Resolver:
    """Finds modules as Python would with the checked file's project on its path, in ``roots`` one by one.

    ``unsaved`` holds texts that stand for the files of these paths, as far as they parse.
    """

    roots: tuple[str, ...]
    unsaved: Mapping[Path, SourceText] = field(default_factory=dict, compare=False)
    _found: dict[str, Found | None] = field(default_factory=dict, compare=False)

    @classmethod
    def for_file(cls, path: str, unsaved: Mapping[Path, SourceText] | None = None) -> Resolver:
        """The resolver for the imports of one file."""
        return cls(surroundings(str(Path(path).absolute().parent)).roots, unsaved or {})

    @property
    def found(self) -> frozenset[str]:
        """The files that were asked for so far and found."""
        return frozenset(found.index.path for found in self._found.values() if found and found.index)

    def __call__(self, name: str) -> ModuleIndex | None:
        """The module of that dotted name, or None."""
        if name not in self._found:
            self._found[name] = self._find(name)
        found = self._found[name]
        asked_for(name, found.seen if found is not None else None)
        return found.index if found is not None else None

    def _find(self, name: str) -> Found | None:
        place = find_module(self.roots, name, is_file=self._is_file)
        if place is None:
            return None
        file, is_package = place
        held = self.unsaved.get(Path(file)) if self.unsaved else None
        if held is not None and (index := _unsaved_index(held, name, is_package)):
            return Found(Seen(file, "", ""), index)
        return read_module(file, name, is_package)

    def _is_file(self, file: str) -> bool:
        return is_file(file) or (bool(self.unsaved) and Path(file) in self.unsaved)


def read_module(file: str, name: str, is_package: bool) -> Found:
    """The module in a file."""
    try:
        status = Path(file).stat()
    except OSError:
        return Found(Seen(file, "", ""), None)
    stamped = stamp(status)
    if status.st_size > MAX_MODULE_BYTES:
        return Found(Seen(file, stamped, ""), None)
    return _read(file, name, is_package, status.st_mtime_ns, status.st_size, stamped)


@lru_cache(maxsize=96)
def _read(file: str, name: str, is_package: bool, changed: int, size: int, stamped: str) -> Found:
    try:
        data = read_bytes(file)
    except UnreadableFile:
        return Found(Seen(file, "", ""), None)
    seen = Seen(file, stamped, digest(data))
    try:
        return Found(seen, _index(decode_source(data, path=file), name, is_package))
    except ParseFailure:
        return Found(seen, None)


@lru_cache(maxsize=64)
def _unsaved_index(source: SourceText, name: str, is_package: bool) -> ModuleIndex | None:
    return _index(source, name, is_package)


def _index(source: SourceText, name: str, is_package: bool) -> ModuleIndex | None:
    try:
        return ModuleIndex(source.path, source.lines, parse(source), name, is_package)
    except ParseFailure:
        return None
