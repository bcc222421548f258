"""How long confirmation takes: the first result, each further loss, and whether memory stays flat.

    python benchmarks/confirm/speed.py [--python PYTHON] [--losses 100]

Targets: the first result at most TensorFlow's import time + 0.5 s; each further simple loss at most 60 ms
at the median; memory flat over all losses with one worker. Exit status 1 if one is missed. Times are those of
the wall clock: on a machine that does other work as well, read the processor's.
"""

from __future__ import annotations

import argparse
import os
import subprocess
import sys
import time
from pathlib import Path
from statistics import median

from losslint.confirm.measure import measure_callable
from losslint.confirm.process import Worker, WorkerSettings

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


def source_of(number: int) -> str:
    """A module with one simple loss; no two are alike."""
    body = BODIES[number % len(BODIES)]
    return f"import tensorflow as tf\ndef loss(y, p):\n    return {1 + number / 10} * {body}\n"


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


def resident_mib(pid: int | None) -> float:
    """Memory of the worker."""
    pages = int(Path(f"/proc/{pid}/statm").read_text().split()[1])
    return pages * os.sysconf("SC_PAGE_SIZE") / 2**20


def cpu_seconds(pid: int | None) -> float:
    """Processor time that the worker has used: what counts on a machine that does other work as well."""
    fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--python", default=sys.executable)
    parser.add_argument("--losses", type=int, default=100)
    chosen = parser.parse_args()
    own = import_seconds(chosen.python)
    started = time.perf_counter()
    with Worker(WorkerSettings(python=chosen.python)) as worker:
        measure_callable(source_of(0), "loss", worker=worker)
        first = time.perf_counter() - started
        times, memory = [], []
        used = cpu_seconds(worker.pid)
        for number in range(1, chosen.losses + 1):
            before = time.perf_counter()
            measure_callable(source_of(number), "loss", worker=worker)
            times.append(time.perf_counter() - before)
            memory.append(resident_mib(worker.pid))
        used = (cpu_seconds(worker.pid) - used) / chosen.losses
    middle = memory[len(memory) // 2]
    rows = (
        ("TensorFlow's import", f"{own:.2f} s", True),
        ("first result after it", f"{first - own:+.2f} s (target +0.50 s)", first - own <= 0.5),
        ("each further loss, median", f"{1000 * median(times):.0f} ms (target 60 ms)", median(times) <= 0.06),
        ("each further loss, processor", f"{1000 * used:.0f} ms", True),
        ("each further loss, slowest", f"{1000 * max(times):.0f} ms", True),
        ("memory, halfway to end", f"{middle:.0f} to {memory[-1]:.0f} MiB", memory[-1] <= 1.05 * middle),
    )
    for name, value, met in rows:
        print(f"{name:<30}{value}{'' if met else '   MISSED'}")
    return 0 if all(met for *_, met in rows) else 1


if __name__ == "__main__":
    sys.exit(main())
