"""Replacing a file: whole or not at all, and only if it is still the one that was read.

The new content is written beside the file and then renamed over it, which the file system does at once. A
process that is killed in between leaves the old file and a temporary one, which the next run that writes
there takes away.
"""

from __future__ import annotations

import os
import re
import stat
from collections.abc import Callable, Iterable
from contextlib import suppress

_TEMPORARY = re.compile(r"\..+\.losslint-(\d+)\.tmp")


class NotWritten(Exception):
    """The file was left as it was; the message says why."""


def replace_file(path: str, before: bytes, after: bytes) -> None:
    """Write ``after`` where ``before`` was read. Keeps mode, owner, attributes and symbolic links. Raises NotWritten.

    A file that has several names (hard links) is changed under this one; under the others it stays what it was.
    """
    target = os.path.realpath(path)
    try:
        status = os.stat(target)
        if not stat.S_ISREG(status.st_mode):
            raise NotWritten("not fixed: it is not a regular file")
        if not status.st_mode & (stat.S_IWUSR | stat.S_IWGRP | stat.S_IWOTH) or not os.access(
            target, os.W_OK
        ):
            raise NotWritten("not fixed: the file is read-only")
        _replace(target, status, before, after)
    except OSError as error:
        raise NotWritten(f"not fixed: {(error.strerror or str(error)).lower()}") from None


def write_file(path: str, data: bytes) -> None:
    """Write a file of our own, whole or not at all, over what was there. Raises NotWritten.

    Keeps mode, owner and symbolic links. What is no regular file (a pipe, ``/dev/stdout``) is written to.
    """
    try:
        status = os.stat(path) if os.path.exists(path) else None
        if status is None or stat.S_ISREG(status.st_mode):
            _put(os.path.realpath(path), status, data)
        else:
            with open(path, "wb") as file:
                file.write(data)
    except OSError as error:
        raise NotWritten(f"cannot be written: {(error.strerror or str(error)).lower()}") from None


def _replace(target: str, status: os.stat_result, before: bytes, after: bytes) -> None:
    def unchanged() -> None:
        with open(target, "rb") as file:
            if file.read() != before:
                raise NotWritten("not fixed: the file has changed since it was read")

    _put(target, status, after, unchanged)


def _put(
    target: str, status: os.stat_result | None, data: bytes, last_look: Callable[[], None] = lambda: None
) -> None:
    """Write beside the target, take a ``last_look``, rename. ``status`` is that of the target, if there is one."""
    folder, name = os.path.split(target)
    temporary = os.path.join(folder, f".{name}.losslint-{os.getpid()}.tmp")
    try:
        # Not for others to read before it has the mode of the file.
        mode = 0o666 if status is None else 0o600
        descriptor = os.open(
            temporary, os.O_WRONLY | os.O_CREAT | os.O_TRUNC | getattr(os, "O_NOFOLLOW", 0), mode
        )
        with os.fdopen(descriptor, "wb") as file:
            file.write(data)
            file.flush()
            os.fsync(file.fileno())
        if status is not None:
            if hasattr(os, "chown"):
                with suppress(PermissionError):
                    os.chown(temporary, status.st_uid, status.st_gid)
            os.chmod(temporary, stat.S_IMODE(status.st_mode))
        _copy_attributes(target, temporary)
        last_look()
        os.replace(temporary, target)
    finally:
        with suppress(FileNotFoundError):
            os.unlink(temporary)


def _copy_attributes(source: str, target: str) -> None:
    """Extended attributes, as far as this system has any and lets them be set: access lists, labels, notes."""
    if not hasattr(os, "listxattr"):
        return
    with suppress(OSError):
        for name in os.listxattr(source):
            with suppress(OSError):
                os.setxattr(target, name, os.getxattr(source, name))


def remove_leftovers(folders: Iterable[str]) -> None:
    """Take away the temporary files of runs that were killed in these directories."""
    for folder in folders:
        with suppress(OSError), os.scandir(folder) as entries:
            for entry in entries:
                match = _TEMPORARY.fullmatch(entry.name)
                if match and not _runs(int(match[1])):
                    with suppress(OSError):
                        os.unlink(entry.path)


def _runs(process: int) -> bool:
    """Whether a process is still there."""
    if process == os.getpid():
        return True
    if os.name == "nt":  # signal 0 would end it there
        return False
    try:
        os.kill(process, 0)
    except ProcessLookupError:
        return False
    except (OverflowError, PermissionError):
        return True
    return True
