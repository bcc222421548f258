"""What is linted: published sources that stay the same, and files that are made up."""

from __future__ import annotations

import shutil
from pathlib import Path

from benchmarks.accuracy.packages import sources

PACKAGES = ("keras==3.15.1", "tensorflow-probability==0.25.0")

CLEAN = '''"""A small module in which nothing can be wrong."""

import tensorflow as tf


def halve(x):
    return tf.reduce_mean(x) / 2.0
'''
FINDING = '''"""A small module with a loss that grows with the batch."""

import tensorflow as tf


def loss(y_true, y_pred):
    return tf.reduce_sum(tf.square(y_true - y_pred))
'''
ONE_OF_MANY = """

def loss_{number}(y_true, y_pred):
    error = tf.square(y_true - y_pred) * {number}.5
    per_sample = tf.reduce_sum(error, axis=-1)
    return tf.reduce_{how}(per_sample)
"""
SMALL = '''"""Module {number}."""

LIMIT = {number}


def clamp(value):
    return min(value, LIMIT)
'''


def published(cache: Path) -> Path:
    """A directory with the sources of the packages, and nothing else that a linter would read a setting from."""
    tree = cache / "speed" / "published"
    if not tree.is_dir():
        half = tree.with_suffix(".part")
        shutil.rmtree(half, ignore_errors=True)
        for package in PACKAGES:
            shutil.copytree(sources(package, cache), half / package.partition("==")[0])
        half.rename(tree)
    return tree


def small(folder: Path) -> Path:
    """A directory with ``clean.py`` and ``finding.py``."""
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "clean.py").write_text(CLEAN, encoding="utf-8")
    (folder / "finding.py").write_text(FINDING, encoding="utf-8")
    return folder


def many_losses(folder: Path, number: int) -> Path:
    """One file with so many losses, every tenth of them wrong."""
    folder.mkdir(parents=True, exist_ok=True)
    losses = (
        ONE_OF_MANY.format(number=each, how="sum" if each % 10 == 0 else "mean") for each in range(number)
    )
    (folder / f"losses_{number}.py").write_text(
        "import tensorflow as tf\n" + "".join(losses), encoding="utf-8"
    )
    return folder


def many_files(folder: Path, number: int, *, at_once: int = 100) -> Path:
    """So many small files, a hundred in a directory; every hundredth holds a loss that is wrong."""
    done = folder / f".{number}"
    if not done.exists():
        shutil.rmtree(folder, ignore_errors=True)
        for start in range(0, number, at_once):
            package = folder / f"part{start // at_once}"
            package.mkdir(parents=True)
            for each in range(start, min(start + at_once, number)):
                text = FINDING if each == start else SMALL.format(number=each)
                (package / f"module{each}.py").write_text(text, encoding="utf-8")
        done.touch()
    return folder
