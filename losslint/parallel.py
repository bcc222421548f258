"""Work shared among processes: each works off a stretch of it from the front, and who is idle helps out at the back.

Neighbours have much in common (files of a package import the same modules), which a process remembers for a while.
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
from collections.abc import Callable, Sequence
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
HANDFULS = 100
"""For each process, about: a handful costs one message, and a large one at the end lets the others wait."""
LARGEST_HANDFUL, SMALLEST_HANDFUL = 100_000, 10_000
"""Bytes."""


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
    count = min(jobs, len(work))
    context = _context() if count > 1 and sum(sizes) >= WORTHWHILE else None
    if context is None:
        return [do(piece) for piece in work]
    prepare()
    return _Crew(context, work, do, died).results(stretches(sizes, count))


def stretches(sizes: Sequence[int], jobs: int) -> list[deque[list[int]]]:
    """Numbers of pieces in handfuls, for each process a stretch of about the same size.

    What is larger than a handful comes first, so that nobody begins with it when the others are done.
    """
    costs = [size + OPENING for size in sizes]
    total = sum(costs)
    room = min(max(total // (HANDFULS * jobs), SMALLEST_HANDFUL), LARGEST_HANDFUL)
    large: list[deque[list[int]]] = [deque() for _ in range(jobs)]
    small: list[deque[list[int]]] = [deque() for _ in range(jobs)]
    before = left = 0
    for number, cost in enumerate(costs):
        mine = before * jobs // total
        before += cost
        if cost > room:
            large[mine].append([number])
        elif small[mine] and cost <= left:
            small[mine][-1].append(number)
            left -= cost
        else:
            small[mine].append([number])
            left = room - cost
    return [first + then for first, then in zip(large, small, strict=True)]


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
        self._at: dict[Connection, tuple[BaseProcess, int, list[int]]] = {}
        self._stretches: Sequence[deque[list[int]]] = ()
        self._again: deque[list[int]] = deque()

    def results(self, stretches: Sequence[deque[list[int]]]) -> list[R]:
        """All results, in the order of the work, from a process for each stretch."""
        from multiprocessing.connection import wait

        results: dict[int, R] = {}
        self._stretches = stretches
        gc.freeze()  # what processes share stays shared as long as nobody writes to it
        try:
            for stretch in range(len(stretches)):
                self._start(stretch)
            while self._at:
                for connection in wait(list(self._at)):
                    self._receive(connection, results)  # type: ignore[arg-type]
        finally:
            gc.unfreeze()
            for process, *_ in self._at.values():
                process.terminate()
            for process, *_ in self._at.values():
                process.join()
        return [results[number] for number in range(len(self._work))]

    def _next(self, stretch: int) -> list[int] | None:
        """What a process is handed next: what another one died at, its own, or the end of the longest stretch."""
        if self._again:
            return self._again.popleft()
        if self._stretches[stretch]:
            return self._stretches[stretch].popleft()
        longest = max(self._stretches, key=len)
        return longest.pop() if longest else None

    def _start(self, stretch: int) -> None:
        """One more process, if there is something to do."""
        numbers = self._next(stretch)
        if numbers is None:
            return
        ours, theirs = self._context.Pipe()
        # A copy of this process holds the near ends of all connections, and none would ever be seen to close.
        inherited = [ours, *self._at] if self._context.get_start_method() == "fork" else []
        process = self._context.Process(  # type: ignore[attr-defined]
            target=_work_off, args=(self._work, self._do, theirs, inherited), daemon=True
        )
        process.start()
        theirs.close()
        self._hand(ours, process, stretch, numbers)

    def _hand(self, connection: Connection, process: BaseProcess, stretch: int, numbers: list[int]) -> None:
        self._at[connection] = process, stretch, numbers
        with suppress(OSError):  # if it is gone, that is seen when its result is awaited
            connection.send(numbers)

    def _receive(self, connection: Connection, results: dict[int, R]) -> None:
        process, stretch, numbers = self._at[connection]
        try:
            results.update(zip(numbers, connection.recv(), strict=True))
        except (EOFError, OSError):
            self._leave(connection)
            if len(numbers) == 1:
                results[numbers[0]] = self._died(self._work[numbers[0]], _ending(process.exitcode))
            else:
                self._again.extend([number] for number in numbers)
            self._start(stretch)
        else:
            following = self._next(stretch)
            if following is None:
                self._leave(connection)
            else:
                self._hand(connection, process, stretch, following)

    def _leave(self, connection: Connection) -> None:
        process, *_ = self._at.pop(connection)
        connection.close()
        process.join()


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
