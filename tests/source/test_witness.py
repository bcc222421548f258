"""What a check looked at is known afterwards: without that, what is kept of it could not be trusted."""

from __future__ import annotations

import os
import time
from pathlib import Path

import pytest

from losslint.source.places import remembering, surroundings
from losslint.source.resolver import MAX_MODULE_BYTES, Resolver
from losslint.source.witness import SETTLED_NS, digest, stamp, witnessing


def test_modules_are_witnessed_found_or_not(tmp_path: Path) -> None:
    (tmp_path / "helpers.py").write_text("x = 1\n")
    (tmp_path / "broken.py").write_text("def f(:\n")
    resolver = Resolver.for_file(str(tmp_path / "losses.py"))
    with witnessing() as modules:
        assert resolver("helpers") is not None
        assert resolver("broken") is None
        assert resolver("absent") is None
        assert resolver("not a name") is None
    seen = modules["helpers"]
    assert seen is not None
    assert (seen.path, seen.digest) == (str(tmp_path / "helpers.py"), digest(b"x = 1\n"))
    assert modules["broken"] is not None
    assert (modules["absent"], modules["not a name"]) == (None, None)


def test_an_answer_from_memory_is_witnessed_too(tmp_path: Path) -> None:
    (tmp_path / "helpers.py").write_text("x = 1\n")
    resolver = Resolver.for_file(str(tmp_path / "losses.py"))
    resolver("helpers")
    with witnessing() as modules:
        resolver("helpers")
    assert list(modules) == ["helpers"]


def test_a_module_that_is_too_large_is_seen_and_not_read(tmp_path: Path) -> None:
    (tmp_path / "table.py").write_bytes(b"#" * (MAX_MODULE_BYTES + 1))
    with witnessing() as modules:
        assert Resolver.for_file(str(tmp_path / "losses.py"))("table") is None
    seen = modules["table"]
    assert seen is not None
    assert seen.digest == ""


def test_a_stamp_changes_with_the_file_and_is_withheld_while_it_is_young(tmp_path: Path) -> None:
    file = tmp_path / "a.py"
    file.write_text("x = 1\n")
    later = time.time_ns() + 2 * SETTLED_NS
    assert stamp(file.stat()) == ""
    first = stamp(file.stat(), later)
    assert first
    assert first == stamp(file.stat(), later)
    before = file.stat()
    file.write_text("x = 2\n")
    os.utime(file, ns=(before.st_atime_ns, before.st_mtime_ns))  # as an archive does that is unpacked
    assert stamp(file.stat(), later) != first


@pytest.mark.parametrize(
    ("files", "packages", "first_root"),
    [
        (["setup.py"], (), "a/b"),
        (["a/b/__init__.py", "setup.py"], ("b",), "a"),
        (["a/__init__.py", "a/b/__init__.py", "setup.py"], ("a", "b"), ""),
        (["a/__init__.py", "setup.py"], (), "a/b"),
    ],
)
def test_surroundings(files: list[str], packages: tuple[str, ...], first_root: str, tmp_path: Path) -> None:
    for name in ("a/b/losses.py", *files):
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).touch()
    found = surroundings(str(tmp_path / "a" / "b"))
    assert found.packages == packages
    assert found.roots[0] == str(tmp_path / first_root).rstrip("/")
    assert found.roots[-1] == str(tmp_path / "src")


def test_a_file_has_the_same_findings_from_wherever_it_is_checked(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Relative imports depend on the package around the file, and not on the working directory."""
    from losslint.config import Configuration, command_line
    from losslint.run import run

    package = tmp_path / "kit"
    package.mkdir()
    (package / "__init__.py").touch()
    (package / "sums.py").write_text(
        "import tensorflow as tf\ndef total(x):\n    return tf.reduce_sum(x)\n", encoding="utf-8"
    )
    (package / "losses.py").write_text(
        "from .sums import total\ndef loss(y_true, y_pred):\n    return total(y_true - y_pred)\n",
        encoding="utf-8",
    )
    degrees = []
    for directory, path in ((tmp_path, "kit/losses.py"), (package, "losses.py")):
        monkeypatch.chdir(directory)
        degrees.append([loss.degree for loss in run([path], Configuration(command_line({}))).losses])
    assert degrees == [["1"], ["1"]]


def test_a_run_asks_once_and_the_next_one_again(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[str] = []
    monkeypatch.setattr(os.path, "isfile", lambda path: asked.append(path) or Path(path).is_file())
    (tmp_path / "pyproject.toml").touch()
    for times in (1, 2):
        with remembering():
            for _ in range(3):
                resolver = Resolver.for_file(str(tmp_path / "losses.py"))
                assert (resolver("helpers") is not None) == (times == 2)
        assert asked.count(str(tmp_path / "helpers.py")) == times
        (tmp_path / "helpers.py").write_text("x = 1\n", encoding="utf-8")
    resolver("other")
    resolver = Resolver.for_file(str(tmp_path / "losses.py"))
    resolver("other")
    assert asked.count(str(tmp_path / "other.py")) == 2
