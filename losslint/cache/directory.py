"""A directory of small files that may vanish, be damaged or be planted by others at any time.

It is marked as a cache for backup programs (CACHEDIR.TAG) and ignored by git. A directory that holds something
else is left alone. Files are written whole or not at all, so that runs at the same time do not disturb each
other: the last one to write a file wins.
"""

from __future__ import annotations

import os
import stat
import time
from collections.abc import Iterator
from contextlib import suppress

NAME = ".losslint_cache"
TAG = "CACHEDIR.TAG"
TAG_TEXT = b"""Signature: 8a477f597d28d172789f06886806bc55
# A cache directory of losslint. What is in it can be deleted at any time, with `losslint clean` for instance.
# For information about cache directory tags see https://bford.info/cachedir/
"""
IGNORE = ".gitignore"
IGNORE_TEXT = b"# Written by losslint.\n*\n"
SWEPT = "swept"
"""An empty file that was last written when old files were last looked for."""
SUFFIX = ".kept"
TEMPORARY = ".tmp"

MAX_FILE_BYTES = 64_000_000
MAX_BYTES = 256_000_000
MAX_AGE = 30 * 86_400.0
SWEEP_EVERY = 86_400.0
"""Seconds. What was not used for a month goes, and the oldest go first where there is too much."""


class CacheDirectory:
    """One directory. ``named`` by the user, it may be a symbolic link; one that is found lying about may not."""

    def __init__(self, path: str, *, named: bool = False) -> None:
        self.path = path
        self.named = named
        self._usable: bool | None = None

    def read(self, name: str) -> bytes | None:
        """The content of a file; None if there is none that can be had at a reasonable price."""
        if self._usable is None:
            self._usable = self._may_be_used()
        if not self._usable:
            return None
        path = os.path.join(self.path, name + SUFFIX)
        try:
            # A planted pipe must not make us wait, nor a link lead elsewhere.
            flags = os.O_RDONLY | getattr(os, "O_NOFOLLOW", 0) | getattr(os, "O_NONBLOCK", 0)
            descriptor = os.open(path, flags | getattr(os, "O_BINARY", 0))
            try:
                status = os.fstat(descriptor)
                if not stat.S_ISREG(status.st_mode) or status.st_size > MAX_FILE_BYTES:
                    return None
                data = os.read(descriptor, status.st_size)
            finally:
                os.close(descriptor)
        except OSError:
            return None
        if time.time() - status.st_mtime > SWEEP_EVERY:
            with suppress(OSError):
                os.utime(path)
        return data

    def write(self, name: str, data: bytes) -> bool:
        """Put a file in its place; False if the directory does not take it, and then it takes none any more."""
        if self._usable is None:
            self._usable = self._may_be_used()
        if self._usable and len(data) <= MAX_FILE_BYTES:
            try:
                self._prepare()
                self._put(name + SUFFIX, data)
            except OSError:
                self._usable = False
            else:
                return True
        return False

    def sweep(self) -> None:
        """Once a day: delete what was not used for long, and what is too much."""
        if not self._usable:
            return
        stamp = os.path.join(self.path, SWEPT)
        with suppress(OSError):
            now = time.time()
            if os.path.exists(stamp) and abs(now - os.lstat(stamp).st_mtime) < SWEEP_EVERY:
                return
            self._put(SWEPT, b"")
            left = MAX_BYTES
            for status, path in sorted(self._ours(), key=lambda found: -found[0].st_mtime):
                left -= status.st_size
                limit = SWEEP_EVERY if path.endswith(TEMPORARY) else MAX_AGE
                if left < 0 or now - status.st_mtime > limit:
                    with suppress(OSError):
                        os.unlink(path)

    def delete(self) -> bool:
        """Delete what losslint has written there. False if something else is left. Raises OSError."""
        for _, path in list(self._ours()):
            os.unlink(path)
        for name in (SWEPT, IGNORE, TAG):
            with suppress(FileNotFoundError):
                os.unlink(os.path.join(self.path, name))
        try:
            os.rmdir(self.path)
        except OSError:
            if os.listdir(self.path):
                return False
            raise
        return True

    def is_ours(self) -> bool:
        """Whether the directory has our mark."""
        try:
            if os.path.islink(self.path) and not self.named:
                return False
            tag = os.path.join(self.path, TAG)
            if not stat.S_ISREG(os.lstat(tag).st_mode):
                return False
            with open(tag, "rb") as file:
                return file.read(len(TAG_TEXT) + 1) == TAG_TEXT
        except OSError:
            return False

    def _may_be_used(self) -> bool:
        """Whether it is ours, or nobody's."""
        try:
            if os.path.islink(self.path) and not self.named:
                return False
            return self.is_ours() or not os.listdir(self.path)
        except FileNotFoundError:
            return True
        except OSError:
            return False

    def _prepare(self) -> None:
        os.makedirs(self.path, exist_ok=True)
        if not os.path.lexists(os.path.join(self.path, TAG)):
            self._put(IGNORE, IGNORE_TEXT)
            self._put(TAG, TAG_TEXT)

    def _put(self, name: str, data: bytes) -> None:
        target = os.path.join(self.path, name)
        temporary = f"{target}.{os.getpid()}{TEMPORARY}"
        flags = os.O_WRONLY | os.O_CREAT | os.O_EXCL | getattr(os, "O_BINARY", 0)
        with suppress(FileNotFoundError):  # of a process that had this number and was killed
            os.unlink(temporary)
        try:
            with os.fdopen(os.open(temporary, flags, 0o666), "wb") as file:
                file.write(data)
            os.replace(temporary, target)
        finally:
            with suppress(OSError):
                os.unlink(temporary)

    def _ours(self) -> Iterator[tuple[os.stat_result, str]]:
        with os.scandir(self.path) as entries:
            for entry in entries:
                if entry.name.endswith((SUFFIX, TEMPORARY)) and not entry.is_dir(follow_symlinks=False):
                    with suppress(OSError):
                        yield entry.stat(follow_symlinks=False), entry.path
