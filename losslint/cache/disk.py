"""What the file system says, asked once per run for each thing."""

from __future__ import annotations

import os
import stat
import time

from losslint.source.places import Places, find_module
from losslint.source.witness import digest, stamp


class Disk:
    """The file system as one run sees it."""

    def __init__(self) -> None:
        self._now = time.time_ns()
        self._statuses: dict[str, os.stat_result | None] = {}
        self._digests: dict[str, str | None] = {}
        self._modules: dict[tuple[str, ...], dict[str, str | None]] = {}
        self.around = Places(self.is_file, lambda path: self._status(path) is not None).around

    def stamp(self, path: str) -> str | None:
        """The stamp of a file; None if there is none."""
        status = self._statuses[path] if path in self._statuses else self._status(path)
        return None if status is None else stamp(status, self._now)

    def digest(self, path: str) -> str | None:
        """The digest of a file's content; None if it cannot be read."""
        if path not in self._digests:
            try:
                with open(path, "rb") as file:
                    self._digests[path] = digest(file.read())
            except OSError:
                self._digests[path] = None
        return self._digests[path]

    def is_file(self, path: str) -> bool:
        """Whether a path is a file, or leads to one."""
        status = self._status(path)
        return status is not None and stat.S_ISREG(status.st_mode)

    def module(self, roots: tuple[str, ...], name: str) -> str | None:
        """The file of a module that is looked for below these roots; None if it is nowhere."""
        known = self._modules.setdefault(roots, {})
        if name not in known:
            found = find_module(roots, name, is_file=self.is_file)
            known[name] = found[0] if found is not None else None
        return known[name]

    def _status(self, path: str) -> os.stat_result | None:
        if path not in self._statuses:
            try:
                self._statuses[path] = os.stat(path)
            except (OSError, ValueError):
                self._statuses[path] = None
        return self._statuses[path]
