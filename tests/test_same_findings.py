"""Findings are the same byte for byte: with and without a cache, in one process and in eight, in any order."""

from __future__ import annotations

import random
import shutil
from pathlib import Path

import pytest
from commanding import Command

from losslint import parallel

FIXTURES = Path(__file__).parent.parent / "fixtures"


def generated(root: Path, packages: int = 4, modules: int = 6) -> None:
    """Packages whose modules build on each other and on those of the next package, in circles too."""
    randomly = random.Random(7)
    reductions = (
        "tf.reduce_sum(x)",
        "tf.reduce_mean(x)",
        "tf.reduce_sum(x, axis=-1)",
        "tf.math.reduce_std(x)",
    )
    for package in range(packages):
        folder = root / f"package{package}"
        folder.mkdir(parents=True)
        (folder / "__init__.py").write_text(f"from .module{modules - 1} import *\n", encoding="utf-8")
        for module in range(modules):
            beside = randomly.randrange(modules)
            other, there = (package + 1) % packages, randomly.randrange(modules)
            (folder / f"module{module}.py").write_text(
                "import tensorflow as tf\n"
                f"from .module{beside} import helper{beside}\n"
                f"from package{other}.module{there} import helper{there} as far\n"
                f"from package{other} import helper{modules - 1} as starred\n\n\n"
                f"def helper{module}(x):\n    return {randomly.choice(reductions)}\n\n\n"
                f"def near_loss(y_true, y_pred):\n    return tf.math.log(1.0 + helper{beside}(y_true - y_pred))\n\n\n"
                "def far_loss(y_true, y_pred):\n    return tf.exp(far(y_true - y_pred))\n\n\n"
                f"def chained_loss(y_true, y_pred):\n    return starred(y_pred) * helper{module}(y_true)\n",
                encoding="utf-8",
            )


@pytest.fixture
def tree(tmp_path: Path) -> Path:
    root = tmp_path / "tree"
    generated(root / "generated")
    shutil.copytree(FIXTURES, root / "fixtures", ignore=shutil.ignore_patterns("__pycache__"))
    (root / "setup.py").touch()
    return root


@pytest.fixture
def wide_open(monkeypatch: pytest.MonkeyPatch) -> None:
    """Several processes for however little work."""
    monkeypatch.setattr(parallel, "WORTHWHILE", 0)
    monkeypatch.setattr(parallel, "SMALLEST_HANDFUL", 1)


@pytest.mark.parametrize(
    ("form", "part"),
    [
        ("concise", "generated"),
        pytest.param("concise", ".", marks=pytest.mark.slow),
        pytest.param("json", ".", marks=pytest.mark.slow),
    ],
)
@pytest.mark.usefixtures("wide_open")
def test_neither_cache_nor_jobs_nor_order_change_what_is_found(
    form: str, part: str, command: Command, tree: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tree)
    plain = command(part, "--no-cache", "--jobs", "1", "--output-format", form)
    assert plain.status == 1
    assert min(plain.out.count(code) for code in ("LL101", "LL102", "LL201", "LL202")) >= 5
    files = sorted(str(path.relative_to(tree)) for path in (tree / part).rglob("*.py"))
    shuffled = files[:]
    random.Random(3).shuffle(shuffled)
    ways = {
        "8 jobs": (part, "--no-cache", "--jobs", "8"),
        "other order": (*shuffled, "--no-cache", "--jobs", "3"),
        "cold": (part, "--jobs", "8"),
        "warm": (part, "--jobs", "8"),
        "warm, other order": (*shuffled[::-1], "--jobs", "1"),
    }
    for way, arguments in ways.items():
        found = command(*arguments, "--output-format", form)
        assert (found.status, found.out) == (plain.status, plain.out), way


@pytest.mark.usefixtures("wide_open")
def test_fixes_are_the_same_with_one_process_and_with_eight(
    command: Command, tree: Path, tmp_path: Path
) -> None:
    """What a fix changes is seen by the files that import it, as if files were mended one by one."""
    mended = []
    for jobs in ("1", "8"):
        copy = tmp_path / f"with{jobs}"
        shutil.copytree(tree / "generated", copy)
        command(str(copy), "--fix", "--quiet", "--no-cache", "--jobs", jobs)
        mended.append({path.relative_to(copy): path.read_bytes() for path in copy.rglob("*.py")})
    assert mended[0] == mended[1]
    assert mended[0] != {
        path.relative_to(tree / "generated"): path.read_bytes() for path in tree.rglob("generated/**/*.py")
    }
