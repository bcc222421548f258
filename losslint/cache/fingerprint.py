"""What results depend on besides the files that were checked: losslint itself, Python, and the parsers.

losslint's own sources are part of it, so that an installation that is being worked on never answers with what
it thought before. Reading them all for every run would cost more than most runs take: what was computed once
is kept under what the file system says of them.
"""

from __future__ import annotations

import importlib.util
import os
import sys
from collections.abc import Iterator

from losslint import __version__
from losslint.cache.directory import CacheDirectory
from losslint.source.witness import digest

PARSERS = ("libcst-", "astroid-")
"""Distributions whose version decides what is found."""
SOURCES = (".py", ".toml")


def fingerprint(directory: CacheDirectory) -> str:
    """A short text that changes with everything that all results depend on."""
    files = sorted(_own_files())
    outside = "\n".join((__version__, sys.version, *_parsers()))
    quick = "".join(
        f"{path}\0{status.st_size:x}.{status.st_mtime_ns:x}.{status.st_ctime_ns:x}\n"
        for path, status in files
    )
    name = digest(f"{outside}\n{quick}".encode("utf-8", "surrogateescape"))
    known = directory.read(name)
    if known is not None and len(known) == len(name):
        return known.decode("ascii", "replace")
    content = b"".join(os.fsencode(os.path.basename(path)) + b"\0" + _content(path) for path, _ in files)
    result = digest(outside.encode() + b"\n" + content)
    directory.write(name, result.encode("ascii"))
    return result


def _own_files() -> Iterator[tuple[str, os.stat_result]]:
    import losslint.rules

    pending = [*losslint.__path__, *losslint.rules.__path__]
    while pending:
        with os.scandir(pending.pop()) as entries:
            for entry in entries:
                if entry.is_dir() and entry.name != "__pycache__":
                    pending.append(entry.path)
                elif entry.name.endswith(SOURCES):
                    yield entry.path, entry.stat()


def _parsers() -> list[str]:
    """``libcst-1.8.0.dist-info`` and its like: to import a package for its version would take too long."""
    names: set[str] = set()
    for parser in PARSERS:
        spec = importlib.util.find_spec(parser.rstrip("-"))
        for folder in (spec.submodule_search_locations or ()) if spec is not None else ():
            beside = os.path.dirname(folder)
            names.update(name for name in os.listdir(beside) if name.startswith(PARSERS))
    return sorted(names)


def _content(path: str) -> bytes:
    with open(path, "rb") as file:
        return file.read()
