"""What would change, as a unified diff that ``patch -p0`` applies; of a notebook, one for each cell that changes."""

from __future__ import annotations

import difflib
from collections.abc import Iterator

from losslint.source.text import decode_source, split_lines

NO_NEWLINE = "\\ No newline at end of file\n"


def difference(path: str, before: bytes, after: bytes) -> Iterator[str]:
    """The lines of the diff of a source file, line ends as in the file."""
    sides = (decode_source(data, path=path).parts() for data in (before, after))
    for (name, old), (_, new) in zip(*sides, strict=True):
        yield from unified(name, old, new)


def unified(path: str, before: str, after: str) -> Iterator[str]:
    """The lines of the diff of two texts."""
    for line in difflib.unified_diff(split_lines(before), split_lines(after), path, path):
        if line.endswith(("\n", "\r")):
            yield line
        else:
            yield line + "\n" + NO_NEWLINE
