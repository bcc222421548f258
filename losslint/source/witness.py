"""What checking one file looked at besides that file: the modules it asked for, found or not.

A result can be kept as long as its file and everything that was witnessed stay the same. Whoever reads a
module of the project says so here, each time it is asked for and not only when it is read: the answer may
come from memory.
"""

from __future__ import annotations

import os
import time
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from typing import NamedTuple

try:  # hashlib brings OpenSSL along, which costs more than checking a small file
    from _blake2 import blake2b
except ImportError:  # pragma: no cover
    from hashlib import blake2b

SETTLED_NS = 2_000_000_000
"""A file younger than the coarsest clock of a file system can change once more without showing it."""


class Seen(NamedTuple):
    """A file as it was read. ``stamp`` stands for ``digest`` while it stays the same; empty: it never does."""

    path: str
    stamp: str
    digest: str


class Trace(NamedTuple):
    """What a check read: the file itself, and modules by dotted name; None for one that is not there."""

    file: Seen
    modules: dict[str, Seen | None]


_modules: ContextVar[dict[str, Seen | None] | None] = ContextVar("modules", default=None)


@contextmanager
def witnessing() -> Iterator[dict[str, Seen | None]]:
    """Collects what is asked for inside."""
    modules: dict[str, Seen | None] = {}
    token = _modules.set(modules)
    try:
        yield modules
    finally:
        _modules.reset(token)


def asked_for(name: str, seen: Seen | None) -> None:
    """A module was asked for by dotted name, and this is the file that it is."""
    modules = _modules.get()
    if modules is not None:
        modules[name] = seen


def stamp(status: os.stat_result, now: int | None = None) -> str:
    """What the file system says of a file, in a form that changes whenever its content does.

    Times of change cannot be set back by copying and unpacking, other than those of modification. Empty for
    a file that has changed just now.
    """
    if max(status.st_mtime_ns, status.st_ctime_ns) > (now or time.time_ns()) - SETTLED_NS:
        return ""
    return f"{status.st_size:x}.{status.st_mtime_ns:x}.{status.st_ctime_ns:x}.{status.st_ino:x}"


def digest(data: bytes) -> str:
    """A short name of some content that no other content has."""
    return blake2b(data, digest_size=16).hexdigest()
