"""Losses that misbehave cost their time limit at most, are reported, and leave the rest measured."""

from __future__ import annotations

import contextlib
import sys
import textwrap
import time
from pathlib import Path

import pytest

from losslint.confirm import ConfirmOptions, LossRequest, confirm_losses

pytestmark = pytest.mark.tensorflow

LIMIT = 6.0
GOOD = """
import tensorflow as tf
def good_loss(y_true, y_pred):
    return tf.reduce_sum(tf.square(y_true - y_pred))
"""
# name -> source, status, what the reason says
HOSTILE = {
    "loops": ("def l(y_true, y_pred):\n    while True: pass", "timeout", "no result after 6 s"),
    "exits": ("import os\ndef l(y_true, y_pred):\n    os._exit(3)", "crashed", "exit status 3"),
    "leaves": ("import sys\ndef l(y_true, y_pred):\n    sys.exit(3)", "failed", "SystemExit: 3"),
    "segfaults": (
        "import ctypes\ndef l(y_true, y_pred):\n    ctypes.string_at(0)",
        "crashed",
        "SIGSEGV",
    ),
    "allocates": ("def l(y_true, y_pred):\n    return bytearray(100 * 2**30)", "failed", "memory"),
    "allocates_tensors": (
        "import tensorflow as tf\ndef l(y_true, y_pred):\n    return tf.reduce_sum(tf.zeros([10**5] * 2))",
        "timeout",  # TensorFlow tries again for a while before it gives up
        "",
    ),
    "imports_badly": (
        "raise RuntimeError('no licence')\ndef l(y_true, y_pred):\n    return LICENCE",
        "failed",
        "no licence",
    ),
    "exits_on_import": (
        "import os\nos._exit(4)\ndef l(y_true, y_pred):\n    return undefined_name",
        "crashed",
        "importing its module: it ended with exit status 4",
    ),
    "raises": ("def l(y_true, y_pred):\n    raise KeyError('weights')", "failed", "KeyError: 'weights'"),
    "recurses": (  # through C, where the stack overflows; newer Pythons see that coming
        "import sys\nsys.setrecursionlimit(10**9)\ndef l(y_true, y_pred):\n"
        "    return max([1], key=lambda _: l(y_true, y_pred))",
        "crashed" if sys.version_info < (3, 12) else "failed",
        "SIGSEGV" if sys.version_info < (3, 12) else "RecursionError",
    ),
    "ignores_signals": (
        "import signal\ndef l(y_true, y_pred):\n    for s in range(1, 65):\n        try:\n"
        "            signal.signal(s, signal.SIG_IGN)\n        except (OSError, ValueError):\n            pass\n"
        "    while True: pass",
        "timeout",
        "no result after 6 s",
    ),
    "closes_pipes": (
        "import os\ndef l(y_true, y_pred):\n    os.closerange(3, 256)\n    return y_pred",
        "crashed",
        "it ended with exit status",
    ),
    "is_random": (
        "import random\ndef l(y_true, y_pred):\n    return (y_true - y_pred) ** 2 * random.random()",
        "unsupported",
        "not deterministic",
    ),
}  # fmt: skip
# these misbehave and are measured all the same
NUISANCE = {
    "prints": "print('x' * 5_000_000)",
    "prints_below": "os.write(1, b'y' * 3_000_000); os.write(2, b'z' * 100)",
    "reads": "sys.stdin.read(); os.read(0, 10)",
    "closes": "sys.stdout.close()",
    "moves": "os.chdir('/')",
    "poisons": "sys.path.insert(0, '/nowhere'); os.environ['TMPDIR'] = '/nowhere'",
    "starts_threads": "threading.Thread(target=time.sleep, args=(3600,)).start()",
    "starts_processes": "subprocess.Popen(['sleep', '3600'])",
    "starts_daemons": "subprocess.Popen(['sleep', '3601'], start_new_session=True)",
    "breeds": "subprocess.Popen(['sh', '-c', BREED, BREED, '3'], start_new_session=True)",
    "forks": "os.fork()",
    "patches_json": "import json; json.dumps = json.loads = json.JSONEncoder = None",
    "patches_streams": "sys.stdout = sys.stdin = sys.stderr = None",
    "patches_time": "time.monotonic = lambda: 0.0",
    "shallows": "sys.setrecursionlimit(200)",
    "traces": "sys.settrace(lambda *_: None)",
    "catches_signals": "signal.signal(signal.SIGTERM, signal.SIG_IGN); signal.signal(signal.SIGINT, signal.SIG_IGN)",
    "collects_nothing": "import gc; gc.disable()",
}


@pytest.fixture(scope="module")
def results(tmp_path_factory):
    """All of them in one session, each beside a good one."""
    folder = tmp_path_factory.mktemp("hostile")
    requests = []
    for name, (source, *_) in HOSTILE.items():
        (folder / f"{name}.py").write_text(source)
        requests.append(LossRequest(str(folder / f"{name}.py"), "l"))
    for name, line in NUISANCE.items():
        source = f"""
            import os, signal, subprocess, sys, threading, time
            import tensorflow as tf
            # starts itself twice, in sessions of their own, to a given depth
            BREED = '[ $1 = 0 ] && exec sleep 3602; for i in 1 2; do setsid sh -c "$0" "$0" $(($1 - 1)) & done; wait'
            def l(y_true, y_pred):
                {line}
                return tf.reduce_sum(tf.square(y_true - y_pred))
            """
        (folder / f"{name}.py").write_text(textwrap.dedent(source))
        requests.append(LossRequest(str(folder / f"{name}.py"), "l"))
    (folder / "good.py").write_text(GOOD)
    good = LossRequest(str(folder / "good.py"), "good_loss")
    mixed = [one for request in requests for one in (request, good)]
    before = Path.cwd()
    started = time.monotonic()
    measured, times = [], []
    for result in confirm_losses(mixed, ConfirmOptions(timeout=LIMIT, memory_mb=3000)):
        times.append(time.monotonic() - started)
        started = time.monotonic()
        measured.append(result)
    assert Path.cwd() == before
    return {
        name: (measured[2 * i], measured[2 * i + 1], times[2 * i])
        for i, name in enumerate([*HOSTILE, *NUISANCE])
    }


@pytest.mark.parametrize("name", HOSTILE)
def test_it_is_reported_for_what_it_did(results, name):
    result, _, seconds = results[name]
    _, status, says = HOSTILE[name]
    assert (result.status, says in (result.reason or "")) == (status, True), result.reason
    assert "\n" not in (result.reason or "")
    assert seconds < LIMIT + 20  # the limit, and a new worker where the old one died


@pytest.mark.parametrize("name", NUISANCE)
def test_it_disturbs_nobody(results, name):
    result, _, _ = results[name]
    assert (result.status, result.degree) == ("measured", "1"), result.reason


@pytest.mark.parametrize("name", [*HOSTILE, *NUISANCE])
def test_the_next_one_is_measured(results, name):
    _, good, _ = results[name]
    assert (good.status, good.degree, good.loaded_from) == ("measured", "1", "module")


def test_a_script_that_trains_when_imported_is_measured_without_it(tmp_path):
    (tmp_path / "train.py").write_text(GOOD + "while True:\n    pass\n")
    (tmp_path / "dies.py").write_text(GOOD + "import os\nos._exit(1)\n")
    requests = [
        LossRequest(str(tmp_path / name), "good_loss")
        for name in ("train.py", "train.py", "dies.py", "dies.py")
    ]
    started = time.monotonic()
    found = list(confirm_losses(requests, ConfirmOptions(timeout=LIMIT)))
    assert [(m.status, m.loaded_from) for m in found] == [("measured", "slice")] * 4
    assert time.monotonic() - started < 3 * LIMIT + 20  # the second loss of a file does not wait again


def running(*words):
    """Processes whose command line is this."""
    found = []
    for folder in Path("/proc").glob("[0-9]*"):
        with contextlib.suppress(OSError):
            found += [folder.name] if (folder / "cmdline").read_bytes().split(b"\0")[:-1] == [*words] else []
    return found


@pytest.mark.skipif(not Path("/proc/self/environ").exists(), reason="no /proc on this system")
def test_nothing_that_a_loss_started_is_left(results):
    assert [running(b"sleep", seconds) for seconds in (b"3600", b"3601", b"3602")] == [[], [], []]
