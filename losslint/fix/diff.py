"""What would change, as a unified diff that ``patch -p0`` applies."""

from __future__ import annotations

import difflib
from collections.abc import Iterator

from losslint.source.text import split_lines

NO_NEWLINE = "\\ No newline at end of file\n"


def unified(path: str, before: str, after: str) -> Iterator[str]:
    """The lines of the diff, line ends as in the file."""
    for line in difflib.unified_diff(split_lines(before), split_lines(after), path, path):
        if line.endswith(("\n", "\r")):
            yield line
        else:
            yield line + "\n" + NO_NEWLINE
