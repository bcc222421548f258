"""What nothing written in Python can do faster: ``python -S -m benchmarks.speed.floors parse|hash DIRECTORY``.

``parse`` reads every byte of the tree and parses those files that could hold a loss; ``hash`` asks the file system of
every file and hashes its content. Only the standard library is loaded; the words that make a file a candidate
are losslint's own.
"""

from __future__ import annotations

import ast
import os
import sys
import warnings
from collections.abc import Iterator
from hashlib import blake2b


def files(root: str) -> Iterator[str]:
    """Every Python file below."""
    for folder, _, names in os.walk(root):
        yield from (os.path.join(folder, name) for name in names if name.endswith(".py"))


def content(path: str) -> bytes:
    """All bytes of a file."""
    with open(path, "rb") as file:
        return file.read()


def parse(root: str) -> int:
    """How many files were parsed."""
    from losslint.source.prefilter import prefilter
    from losslint.source.words import OUTPUTS, TARGETS

    net = prefilter(targets=TARGETS, outputs=OUTPUTS, names=())
    warnings.simplefilter("ignore")
    candidates = 0
    for path in files(root):
        data = content(path)
        if net.may_hold_loss(data):
            candidates += 1
            ast.parse(data)
    return candidates


def hashed(root: str) -> int:
    """How many files were hashed."""
    number = 0
    for path in files(root):
        os.stat(path)
        blake2b(content(path)).hexdigest()
        number += 1
    return number


if __name__ == "__main__":
    print({"parse": parse, "hash": hashed}[sys.argv[1]](sys.argv[2]))
