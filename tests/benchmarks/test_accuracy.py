"""The accuracy benchmark end to end, on a package made for the purpose: nothing is downloaded."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).parents[2]
HEADER = "package\tpath\tqualname\tline\tframework\treturns\tverdict\tdegree\treliability\n"
SOURCE = """\
import tensorflow as tf


def mean_loss(y_true, y_pred):
    return tf.reduce_mean(tf.square(y_true - y_pred))


def sum_loss(y_true, y_pred):
    return tf.reduce_sum(tf.square(y_true - y_pred))


def puzzling_loss(y_true, y_pred):
    return unheard_of(y_true, y_pred)
"""


def score(folder: Path, *rows: tuple[str, int, str]) -> subprocess.CompletedProcess[str]:
    """Runs the benchmark on labels of the package above: (qualified name, line, measured verdict)."""
    package = folder / "cache" / "made-up-1.0" / "made_up"
    package.mkdir(parents=True, exist_ok=True)
    (package / "losses.py").write_text(SOURCE)
    lines = [
        f"made-up==1.0\tmade_up/losses.py\t{name}\t{line}\ttensorflow\tscalar\t{verdict}\t0\thigh\n"
        for name, line, verdict in rows
    ]
    (folder / "labels.tsv").write_text(HEADER + "".join(lines))
    return subprocess.run(
        [
            *(sys.executable, "-m", "benchmarks.accuracy"),
            *(str(folder / "labels.tsv"), "--cache", str(folder / "cache")),
        ],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    )


def test_all_right(tmp_path: Path) -> None:
    run = score(tmp_path, ("mean_loss", 4, "invariant"), ("sum_loss", 8, "grows"))
    assert run.returncode == 0, run.stdout + run.stderr
    assert "2/2 100.0%" in run.stdout
    assert "WRONG" not in run.stdout


def test_an_invariant_that_measures_otherwise_misses_the_target(tmp_path: Path) -> None:
    run = score(tmp_path, ("mean_loss", 4, "coupled"))
    assert run.returncode == 1
    assert "losses.py:4 mean_loss: invariant inferred, coupled measured" in run.stdout
    assert "1 (0)   MISSED" in run.stdout


def test_unknown_and_not_found_are_no_wrong_answers(tmp_path: Path) -> None:
    run = score(tmp_path, ("puzzling_loss", 12, "grows"), ("no_such_loss", 1, "grows"))
    assert run.returncode == 1
    assert "0/0" in run.stdout
    assert "2/2 100.0% (≤ 15%)   MISSED" in run.stdout


def test_a_missing_table_is_one_line(tmp_path: Path) -> None:
    command = [sys.executable, "-m", "benchmarks.accuracy", str(tmp_path / "none.tsv")]
    run = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    assert run.returncode == 2
    assert run.stderr.startswith("accuracy: ")
    assert run.stderr.count("\n") == 1


def test_the_records_are_readable() -> None:
    code = (
        "from benchmarks.accuracy import labels, reviewed\n"
        "labels.tomllib.loads(labels.DISPUTED.read_text())\n"
        "reviewed.read_reviews()\n"
    )
    subprocess.run([sys.executable, "-c", code], cwd=ROOT, check=True)
