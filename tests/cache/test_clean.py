"""``losslint clean``, and where caches lie."""

from __future__ import annotations

from pathlib import Path

import pytest
from commanding import Command

LOSS = "import tensorflow as tf\n\n\ndef loss(y_true, y_pred):\n    return tf.reduce_sum(y_true - y_pred)\n"


@pytest.fixture
def here(command: Command, monkeypatch: pytest.MonkeyPatch) -> Path:
    for variable in ("LOSSLINT_CACHE_DIR", "LOSSLINT_NO_CACHE"):
        monkeypatch.delenv(variable, raising=False)
    root = Path.cwd()
    (root / "src" / "kit").mkdir(parents=True)
    (root / "src" / "kit" / "losses.py").write_text(LOSS, encoding="utf-8")
    return root


def caches(root: Path) -> set[str]:
    return {str(path.parent.relative_to(root)) for path in root.rglob("CACHEDIR.TAG")}


def test_without_a_project_it_lies_in_the_working_directory(command: Command, here: Path) -> None:
    command("src")
    assert caches(here) == {".losslint_cache"}


def test_it_lies_at_the_root_of_the_project(
    command: Command, here: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (here / "src" / "setup.py").touch()
    monkeypatch.chdir(here / "src" / "kit")
    command(".")
    assert caches(here) == {"src/.losslint_cache"}


def test_it_lies_beside_the_configuration(
    command: Command, here: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (here / "losslint.toml").write_text("", encoding="utf-8")
    (here / "src" / "setup.py").touch()
    monkeypatch.chdir(here / "src" / "kit")
    command(".")
    assert caches(here) == {".losslint_cache"}
    command("clean")
    # Without configuration the project is the same, and so is the configured file's directory no reason any more.
    command(".", "--isolated")
    assert caches(here) == {"src/.losslint_cache"}


def test_it_lies_where_it_is_said(command: Command, here: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (here / "losslint.toml").write_text('cache-dir = "configured"', encoding="utf-8")
    monkeypatch.chdir(here / "src")
    command(".")
    assert caches(here) == {"configured"}
    monkeypatch.setenv("LOSSLINT_CACHE_DIR", str(here / "environment"))
    command(".")
    assert caches(here) == {"configured", "environment"}
    command(".", "--cache-dir", "option")
    assert caches(here) == {"configured", "environment", "src/option"}


@pytest.mark.parametrize("how", ["option", "environment", "configuration"])
def test_none_is_written_if_none_is_wanted(
    how: str, command: Command, here: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    if how == "configuration":
        (here / "losslint.toml").write_text("no-cache = true", encoding="utf-8")
    if how == "environment":
        monkeypatch.setenv("LOSSLINT_NO_CACHE", "1")
    assert command("src", *(["--no-cache"] if how == "option" else [])).status == 1
    assert caches(here) == set()


def test_standard_input_is_not_kept(command: Command, here: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    import io
    import sys

    monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(LOSS.encode())))
    assert command("-", "--stdin-filename", "src/kit/losses.py").status == 1
    assert caches(here) == set()


def test_inspect_shares_what_check_has_found(command: Command, here: Path) -> None:
    fresh = command("inspect", "src", "--no-cache").out
    command("src")
    assert command("inspect", "src").out == fresh
    assert "grows" in fresh


def test_clean_deletes_the_cache(command: Command, here: Path) -> None:
    command("src")
    cleaned = command("clean")
    assert (cleaned.status, cleaned.err) == (0, "deleted .losslint_cache\n")
    assert not (here / ".losslint_cache").exists()
    assert command("clean").err == "no caches found\n"
    assert command("clean", "-q").err == ""


def test_clean_deletes_caches_below(command: Command, here: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(here / "src" / "kit")
    command(".")
    monkeypatch.chdir(here)
    command("src", "--cache-dir", "mine")
    assert command("clean").status == 0
    assert caches(here) == {"mine"}
    assert command("clean", "--cache-dir", "mine").status == 0
    assert caches(here) == set()


def test_clean_deletes_nothing_else(
    command: Command, here: Path, tmp_path_factory: pytest.TempPathFactory
) -> None:
    foreign = here / "src" / ".losslint_cache"
    foreign.mkdir()
    (foreign / "notes.kept").write_text("mine", encoding="utf-8")
    elsewhere = tmp_path_factory.mktemp("elsewhere")
    command("src", "--cache-dir", str(elsewhere / "cache"))
    (here / "src" / "kit" / ".losslint_cache").symlink_to(elsewhere / "cache")
    command("src")
    (here / ".losslint_cache" / "notes.txt").write_text("mine", encoding="utf-8")
    cleaned = command("clean")
    assert cleaned.err == "emptied .losslint_cache, which holds files of others too\n"
    assert [path.name for path in (here / ".losslint_cache").iterdir()] == ["notes.txt"]
    assert (foreign / "notes.kept").exists()
    assert list((elsewhere / "cache").glob("*.kept"))


def test_clean_says_what_it_cannot_delete(
    command: Command, here: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from losslint.cache.directory import CacheDirectory

    def refuse(_: object) -> bool:
        raise PermissionError(13, "Permission denied")

    command("src")
    monkeypatch.setattr(CacheDirectory, "delete", refuse)
    cleaned = command("clean")
    assert (cleaned.status, cleaned.err) == (
        2,
        "error: .losslint_cache: cannot be deleted: permission denied\n",
    )


def test_clean_of_a_directory_that_is_none(command: Command) -> None:
    assert command("clean", "gone").status == 2
