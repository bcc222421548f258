"""Work shared among processes: the largest pieces first, the small ones in handfuls to whoever is idle.

A process that dies takes no result with it: what it was at is tried again piece by piece, and the piece that
kills its process is named. The order of results is that of the work, whoever did it.
"""

from __future__ import annotations

import gc
import os
import signal
import sys
import threading
from collections import deque
from collections.abc import Callable, Iterable, Sequence
from contextlib import suppress
from typing import TYPE_CHECKING, Generic, TypeVar

if TYPE_CHECKING:
    from multiprocessing.connection import Connection
    from multiprocessing.context import BaseContext
    from multiprocessing.process import BaseProcess

T = TypeVar("T")
R = TypeVar("R")

FAILED = 70
"""The exit status of a process that could not go on."""
OPENING = 500
"""What a piece costs, however small it is, in bytes of work."""
WORTHWHILE = 200_000
"""Bytes of work below which starting processes costs more than it saves."""
LARGEST_HANDFUL, SMALLEST_HANDFUL = 250_000, 10_000
"""Bytes: a handful costs one message, and a large one at the end lets the others wait."""


def available() -> int:
    """Processors that this process may use: those it is bound to, within its container's share."""
    try:
        count = len(os.sched_getaffinity(0))
    except AttributeError:  # not on every system
        count = os.cpu_count() or 1
    with suppress(OSError, ValueError, ZeroDivisionError), open("/sys/fs/cgroup/cpu.max") as limit:
        quota, period = map(int, limit.read().split())
        count = min(count, max(1, -(-quota // period)))
    return count


def share(
    work: Sequence[T],
    sizes: Sequence[int],
    do: Callable[[T], R],
    died: Callable[[T, str], R],
    *,
    jobs: int,
    prepare: Callable[[], object],
) -> list[R]:
    """``do`` for every piece of work, in as many processes as are worth it, at most ``jobs``.

    ``sizes`` are in bytes, about. ``died`` makes the result of a piece that cost its process its life, from one
    line that says how. ``prepare`` loads what all processes will need.
    """
    handfuls = _handfuls(sizes, jobs)
    count = min(jobs, len(handfuls))
    context = _context() if count > 1 and sum(sizes) >= WORTHWHILE else None
    if context is None:
        return [do(piece) for piece in work]
    prepare()
    return _Crew(context, work, do, died).results(handfuls, count)


def _handfuls(sizes: Sequence[int], jobs: int) -> list[list[int]]:
    """Numbers of pieces, the largest first; handfuls grow smaller as the work runs out."""
    costs = [size + OPENING for size in sizes]
    left = sum(costs)
    handfuls: list[list[int]] = []
    room = 0
    for number in sorted(range(len(costs)), key=lambda number: (-costs[number], number)):
        if room < costs[number]:
            handfuls.append([])
            room = min(max(left // (4 * jobs), SMALLEST_HANDFUL), LARGEST_HANDFUL)
        handfuls[-1].append(number)
        room -= costs[number]
        left -= costs[number]
    return handfuls


def _context() -> BaseContext | None:
    """How processes are made here; None if there is no way that is safe."""
    if threading.active_count() > 1:  # a lock that another thread holds would stay locked in a copy
        return None
    import multiprocessing

    if sys.platform == "linux":
        return multiprocessing.get_context("fork")
    if sys.flags.safe_path if sys.version_info >= (3, 11) else sys.flags.isolated:
        return multiprocessing.get_context("spawn")
    # A new interpreter looks for its first modules in the working directory, and what lies there is not run.
    return None


class _Crew(Generic[T, R]):
    """Processes at work, and the connection to each."""

    def __init__(
        self, context: BaseContext, work: Sequence[T], do: Callable[[T], R], died: Callable[[T, str], R]
    ) -> None:
        self._context = context
        self._work = work
        self._do = do
        self._died = died
        self._at: dict[Connection, tuple[BaseProcess, list[int]]] = {}

    def results(self, handfuls: Iterable[list[int]], count: int) -> list[R]:
        """All results, in the order of the work."""
        from multiprocessing.connection import wait

        results: dict[int, R] = {}
        queue = deque(handfuls)
        gc.freeze()  # what processes share stays shared as long as nobody writes to it
        try:
            for _ in range(count):
                self._start(queue)
            while self._at:
                for connection in wait(list(self._at)):
                    self._receive(connection, queue, results)  # type: ignore[arg-type]
        finally:
            gc.unfreeze()
            for process, _ in self._at.values():
                process.terminate()
            for process, _ in self._at.values():
                process.join()
        return [results[number] for number in range(len(self._work))]

    def _start(self, queue: deque[list[int]]) -> None:
        """One more process, if there is something to do."""
        if not queue:
            return
        ours, theirs = self._context.Pipe()
        # A copy of this process holds the near ends of all connections, and none would ever be seen to close.
        inherited = [ours, *self._at] if self._context.get_start_method() == "fork" else []
        process = self._context.Process(  # type: ignore[attr-defined]
            target=_work_off, args=(self._work, self._do, theirs, inherited), daemon=True
        )
        process.start()
        theirs.close()
        self._at[ours] = process, []
        self._hand(ours, queue)

    def _hand(self, connection: Connection, queue: deque[list[int]]) -> None:
        process, _ = self._at[connection]
        if queue:
            numbers = queue.popleft()
            self._at[connection] = process, numbers
            with suppress(OSError):  # if it is gone, that is seen when its result is awaited
                connection.send(numbers)
        else:
            del self._at[connection]
            connection.close()
            process.join()

    def _receive(self, connection: Connection, queue: deque[list[int]], results: dict[int, R]) -> None:
        process, numbers = self._at[connection]
        try:
            results.update(zip(numbers, connection.recv(), strict=True))
        except (EOFError, OSError):
            del self._at[connection]
            connection.close()
            process.join()
            if len(numbers) == 1:
                results[numbers[0]] = self._died(self._work[numbers[0]], _ending(process.exitcode))
            else:
                queue.extendleft([number] for number in reversed(numbers))
            self._start(queue)
        else:
            self._hand(connection, queue)


def _ending(status: int | None) -> str:
    if status is not None and status < 0:
        with suppress(ValueError):
            return f"its process was ended by {signal.Signals(-status).name}"
    return f"its process ended with status {status}"


def _work_off(
    work: Sequence[T], do: Callable[[T], R], connection: Connection, others: Sequence[Connection]
) -> None:
    """What a process does: until nobody hands it anything any more."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # the first process ends the others
    for other in others:
        other.close()
    try:
        while True:
            connection.send([do(work[number]) for number in connection.recv()])
    except (EOFError, BrokenPipeError, ConnectionResetError):
        return
    except Exception:
        os._exit(
            FAILED
        )  # the first process tells what it was at; nobody can do anything about a traceback here
