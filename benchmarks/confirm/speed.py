"""How long confirmation takes: the first result, each further loss, and whether memory stays flat.

    python benchmarks/confirm/speed.py [--python PYTHON] [--losses 100]

The losses are asked for as a user does: found in a file, planned, sent, run, judged. Targets: the first result at most
TensorFlow's import time + 0.5 s; each further simple loss at most 60 ms at the median; memory flat over all losses with
one worker. Exit status 1 if one is missed. A machine that does other work as well stretches the wall clock; then read
the processor's time, of losslint and of the worker, which is printed beside it.
"""

from __future__ import annotations

import argparse
import os
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from statistics import median

from losslint.confirm import ConfirmOptions, LossRequest, confirm_losses

BODIES = (
    "tf.reduce_mean(tf.square(y - p))",
    "tf.reduce_mean(tf.abs(y - p), axis=-1)",
    "tf.reduce_sum(tf.square(y - p))",
    "tf.sqrt(tf.reduce_mean(tf.square(y - p)))",
    "tf.nn.l2_loss(y - p)",
    "tf.math.log(1. + tf.reduce_sum(tf.abs(y - p)))",
    "tf.math.reduce_variance(p)",
    "tf.reduce_sum(tf.square(y - p)) / tf.cast(tf.shape(y)[0], p.dtype)",
    "tf.reduce_mean(tf.nn.relu(1. - y * p))",
    "tf.norm(y - p)",
)


def write_losses(folder: Path, number: int) -> list[LossRequest]:
    """A file of simple losses, no two alike, and a request for each."""
    path = folder / "losses.py"
    functions = (
        f"def loss_{i}(y, p):\n    return {1 + i / 10} * {BODIES[i % len(BODIES)]}\n" for i in range(number)
    )
    path.write_text("import tensorflow as tf\n" + "".join(functions), encoding="utf-8")
    return [LossRequest(str(path), f"loss_{i}") for i in range(number)]


def import_seconds(python: str) -> float:
    """TensorFlow's own import, in a fresh interpreter."""
    command = [python, "-c", "import tensorflow as tf; tf.constant(1.0) + 1.0"]
    environment = {**os.environ, "CUDA_VISIBLE_DEVICES": "-1", "TF_CPP_MIN_LOG_LEVEL": "3"}
    times = []
    for _ in range(3):
        started = time.perf_counter()
        subprocess.run(command, env=environment, check=True, capture_output=True)
        times.append(time.perf_counter() - started)
    return min(times)


def resident_mib(pid: int) -> float:
    """Memory of the worker."""
    pages = int(Path(f"/proc/{pid}/statm").read_text().split()[1])
    return pages * os.sysconf("SC_PAGE_SIZE") / 2**20


def cpu_seconds(pid: int) -> float:
    """Processor time that a process has used."""
    fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def worker_of(pid: int) -> int:
    """The worker: the only child of this process."""
    children = Path(f"/proc/{pid}/task/{pid}/children").read_text().split()
    assert len(children) == 1, children
    return int(children[0])


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--python", default=sys.executable)
    parser.add_argument("--losses", type=int, default=100)
    chosen = parser.parse_args()
    own = import_seconds(chosen.python)
    me = os.getpid()
    with tempfile.TemporaryDirectory() as folder:
        requests = write_losses(Path(folder), chosen.losses + 1)
        started = time.perf_counter()
        results = confirm_losses(requests, ConfirmOptions(python=chosen.python))
        statuses = [next(results).status]
        first = time.perf_counter() - started
        worker = worker_of(me)
        times, memory = [], []
        used = cpu_seconds(worker), cpu_seconds(me)
        before = time.perf_counter()
        for measured in results:
            times.append(time.perf_counter() - before)
            statuses.append(measured.status)
            if len(statuses) <= chosen.losses:  # with the last result the worker ends
                memory.append(resident_mib(worker))
                spent = cpu_seconds(worker) - used[0], cpu_seconds(me) - used[1]
            before = time.perf_counter()
    middle, count = memory[len(memory) // 2], len(memory)
    rows = (
        ("measured", f"{statuses.count('measured')} of {len(statuses)}", set(statuses) == {"measured"}),
        ("TensorFlow's import", f"{own:.2f} s", True),
        ("first result after it", f"{first - own:+.2f} s (target +0.50 s)", first - own <= 0.5),
        ("each further loss, median", f"{1000 * median(times):.0f} ms (target 60 ms)", median(times) <= 0.06),
        ("each further loss, slowest", f"{1000 * max(times):.0f} ms", True),
        ("processor, worker", f"{1000 * spent[0] / count:.0f} ms each", True),
        ("processor, losslint", f"{1000 * spent[1] / count:.0f} ms each", True),
        ("memory, halfway to end", f"{middle:.0f} to {memory[-1]:.0f} MiB", memory[-1] <= 1.05 * middle),
        ("load of the machine", f"{os.getloadavg()[0]:.1f} on {os.cpu_count()} processors", True),
    )
    for name, value, met in rows:
        print(f"{name:<30}{value}{'' if met else '   MISSED'}")
    return 0 if all(met for *_, met in rows) else 1


if __name__ == "__main__":
    sys.exit(main())
