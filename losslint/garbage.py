"""When Python looks for garbage: not while there is none, and never twice at what stays.

Syntax trees are very many objects that go away by themselves; only what an interpreter of losses leaves behind holds
on to itself. Python's own schedule goes by how many objects are made, and would look through every tree several times.
"""

from __future__ import annotations

import gc
from collections.abc import Iterator
from contextlib import contextmanager

MUCH = 1_000_000
"""Objects that are worth a search: some 250 megabytes."""


@contextmanager
def paused(*, over: bool = False) -> Iterator[None]:
    """No search, but for those that ``swept`` starts. ``over``: the process ends soon, and what is left is let be."""
    was_on = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was_on:
            if over:
                gc.freeze()
            gc.enable()


def swept() -> None:
    """After a file: let go of what it left, if that is much. What is left then are modules that others import."""
    if not gc.isenabled() and gc.get_count()[0] >= MUCH:
        gc.collect()
        gc.freeze()


def settled() -> None:
    """After modules were loaded: they stay, and no search need look at what they are made of."""
    gc.freeze()
