"""Work in several processes: the same results in the same order, whatever happens to a process."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import threading
import time
from pathlib import Path

import pytest

from losslint.parallel import WORTHWHILE, available, share, stretches

LARGE = WORTHWHILE


def square(number: int) -> tuple[int, int]:
    return number * number, os.getpid()


def died(number: int, how: str) -> tuple[object, int]:
    return f"{number}: {how}", 0


def nothing() -> None:
    return None


def test_results_come_in_the_order_of_the_work() -> None:
    work = list(range(200))
    results = share(work, [LARGE // (n + 1) for n in work], square, died, jobs=3, prepare=nothing)
    assert [value for value, _ in results] == [number * number for number in work]
    processes = {process for _, process in results}
    assert os.getpid() not in processes
    assert 1 <= len(processes) <= 3


@pytest.mark.parametrize(("size", "jobs"), [(10, 8), (LARGE, 1)])
def test_little_work_stays_in_this_process(size: int, jobs: int) -> None:
    def prepare() -> None:
        raise AssertionError

    results = share([1, 2], [size, size], square, died, jobs=jobs, prepare=prepare)
    assert {process for _, process in results} == {os.getpid()}


def test_a_process_with_threads_is_not_copied() -> None:
    done = threading.Event()
    thread = threading.Thread(target=done.wait)
    thread.start()
    try:
        results = share([1, 2], [LARGE, LARGE], square, died, jobs=2, prepare=nothing)
    finally:
        done.set()
        thread.join()
    assert {process for _, process in results} == {os.getpid()}


def test_what_kills_its_process_is_named_and_the_rest_is_done() -> None:
    def deadly(number: int) -> object:
        if number == 13:
            os.kill(os.getpid(), signal.SIGKILL)
        if number == 17:
            sys.exit(3)
        if number == 19:
            raise RuntimeError("a bug")
        return number

    work = list(range(40))
    results = share(
        work, [LARGE] * 5 + [100] * 35, deadly, lambda n, how: f"{n}: {how}", jobs=2, prepare=nothing
    )
    expected: list[object] = list(work)
    expected[13] = "13: its process was ended by SIGKILL"
    expected[17] = "17: its process ended with status 3"
    expected[19] = "19: its process ended with status 70"
    assert results == expected


def test_every_piece_is_in_one_handful_beside_its_neighbours() -> None:
    sizes = [5, 900_000, 70_000, 0, *[2_000] * 4_000, 200_000, 3]
    shared = stretches(sizes, 4)
    handfuls = [handful for stretch in shared for handful in stretch]
    assert sorted(number for handful in handfuls for number in handful) == list(range(len(sizes)))
    assert len(shared) == 4
    assert shared[0][0] == [1]
    assert [4_004] in (shared[2][0], shared[3][0])
    for handful in handfuls:
        assert handful == sorted(handful)
        assert len(handful) == 1 or sum(sizes[number] for number in handful) <= 100_000
    weights = [sum(sizes[number] for handful in stretch for number in handful) for stretch in shared]
    assert max(weights[1:]) < 1.3 * min(weights[1:])


def test_many_small_pieces_are_few_handfuls() -> None:
    assert sum(map(len, stretches([100] * 50_000, 2))) < 1_500


def test_who_is_idle_helps_at_the_back() -> None:
    """The first stretch takes long: the other process does most of it, from the back, in handfuls."""

    def slow(number: int) -> tuple[int, int]:
        time.sleep(0.05 if number < 20 else 0)
        return number, os.getpid()

    results = share(list(range(40)), [LARGE] * 40, slow, died, jobs=2, prepare=nothing)
    assert [number for number, _ in results] == list(range(40))
    first, last = results[0][1], results[39][1]
    assert first != last
    helped = [number for number, process in results if process == last and number < 20]
    assert 1 <= len(helped) < 20
    assert helped == list(range(20 - len(helped), 20))


def test_processors() -> None:
    assert 1 <= available() <= (os.cpu_count() or 1)


@pytest.mark.skipif(sys.platform == "win32", reason="signals of a terminal")
def test_an_interrupt_ends_all_processes_with_one_line(tmp_path: Path) -> None:
    loss = "import tensorflow as tf\ndef loss{}(y_true, y_pred):\n    return tf.reduce_sum(y_true - y_pred)\n"
    for number in range(40):
        text = "".join(loss.format(each) for each in range(300))
        (tmp_path / f"losses{number}.py").write_text(text, encoding="utf-8")
    running = subprocess.Popen(
        [sys.executable, "-m", "losslint", ".", "--jobs", "2", "--no-cache"],
        cwd=tmp_path,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        start_new_session=True,
    )
    deadline = time.monotonic() + 30
    while time.monotonic() < deadline and len(members(running.pid)) < 3:
        time.sleep(0.05)
    assert len(members(running.pid)) == 3
    os.killpg(running.pid, signal.SIGINT)  # as Ctrl-C does: everybody gets it
    out, err = running.communicate(timeout=20)
    assert (running.returncode, out, err) == (130, b"", b"losslint: interrupted\n")
    assert members(running.pid) == []


def members(group: int) -> list[int]:
    """The processes of a session that still run."""
    listed = subprocess.run(
        ["ps", "-eo", "pid=,pgid=,stat="], capture_output=True, text=True, check=True
    ).stdout.split("\n")
    rows = [line.split() for line in listed if line.strip()]
    return [
        int(pid) for pid, its_group, state in rows if int(its_group) == group and not state.startswith("Z")
    ]
