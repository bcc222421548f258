"""Many programs compared: the analysis runs in this process, TensorFlow in processes of its own."""

from __future__ import annotations

import collections
import os
from collections.abc import Iterator
from concurrent.futures import Future, ProcessPoolExecutor
from multiprocessing import get_context

from losslint.model import Loss

from .comparing import Comparison, compare, inferred
from .programs import Program, numbered
from .shrinking import shrunk

CHUNK, AHEAD = 16, 3
Pair = tuple[Program, Loss | None]


def _start() -> None:
    os.environ |= {"TF_CPP_MIN_LOG_LEVEL": "3", "CUDA_VISIBLE_DEVICES": "-1"}
    os.dup2(os.open(os.devnull, os.O_WRONLY), 2)  # TensorFlow's remarks about the machine
    from .measuring import framework

    framework()


def _compare_all(pairs: list[Pair]) -> list[Comparison]:
    return [compare(program, loss) for program, loss in pairs]


def _measurers(processes: int) -> ProcessPoolExecutor:
    return ProcessPoolExecutor(processes, get_context("spawn"), _start)


def comparisons(seed: int, programs: range, processes: int = 1) -> Iterator[Comparison]:
    """Every program compared, in order, by so many processes that measure."""
    waiting: collections.deque[Future[list[Comparison]]] = collections.deque()
    with _measurers(processes) as pool:
        for first in range(programs.start, programs.stop, CHUNK):
            chunk = [numbered(seed, serial) for serial in range(first, min(first + CHUNK, programs.stop))]
            waiting.append(pool.submit(_compare_all, [(each, inferred(each)) for each in chunk]))
            while len(waiting) > AHEAD * processes:
                yield from waiting.popleft().result()
        for future in waiting:
            yield from future.result()


def shrunk_apart(found: list[Comparison], processes: int = 1) -> Iterator[Comparison]:
    """Each made as small as it goes."""
    with _measurers(processes) as pool:
        yield from pool.map(shrunk, found)
