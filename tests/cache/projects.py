"""A small project whose findings depend on other modules, and what checking it gives."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from losslint.cache.directory import CacheDirectory
from losslint.config import Configuration, command_line
from losslint.run import Mending, Run, run

FILES = {
    "pyproject.toml": "[project]\nname = 'toy'\n",
    "kit/__init__.py": "",
    "kit/sums.py": "import tensorflow as tf\n\n\ndef total(x):\n    return tf.reduce_sum(x)\n",
    "kit/middle.py": "from .sums import total\n\n\ndef add_up(x):\n    return 2.0 * total(x)\n",
    "kit/first_loss.py": (
        "import tensorflow as tf\nfrom .middle import add_up\n\n\n"
        "def loss(y_true, y_pred):\n    return tf.math.log(1.0 + add_up(tf.square(y_true - y_pred)))\n"
    ),
    "kit/second_loss.py": (
        "import tensorflow as tf\nfrom kit.middle import add_up\n\n\n"
        "def loss(y_true, y_pred):\n    return tf.exp(add_up(tf.abs(y_true - y_pred)))\n"
    ),
    "kit/own_loss.py": (
        "import tensorflow as tf\n\n\n"
        "def loss(y_true, y_pred):\n    return tf.reduce_sum(tf.square(y_true - y_pred))\n"
    ),
    "kit/quiet.py": "X = [1, 2, 3]\n",
    "kit/unused.py": "x = 1  # noqa: LL101\ny = 1  # losslint: ignroe\n",
    "kit/broken.py": "def loss(y_true, y_pred):\n    return (\n",
    "kit/skipped.py": "# losslint: skip-file\ndef loss(y_true, y_pred):\n    return 1\n",
}


def write(root: Path, files: dict[str, str] = FILES) -> None:
    """Put the files there."""
    for name, text in files.items():
        (root / name).parent.mkdir(parents=True, exist_ok=True)
        (root / name).write_text(text, encoding="utf-8")


def check(
    *paths: str,
    cache: Path | None = None,
    jobs: int = 1,
    losses: bool = True,
    mending: Mending | None = None,
    options: dict[str, object] | None = None,
) -> Run:
    """A run over the paths (the working directory) with a cache in a directory."""
    directory = CacheDirectory(str(cache)) if cache is not None else None
    configuration = Configuration(command_line(options or {}))
    return run(paths or (".",), configuration, cache=directory, jobs=jobs, losses=losses, mending=mending)


def places(finished: Run) -> Sequence[tuple[str, int, str]]:
    """Where findings are, and which."""
    return [(finding.path, finding.span.line, finding.code) for finding in finished.findings]
