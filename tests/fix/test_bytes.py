"""Writing: nothing but the edits changes, files are replaced whole, and what is not ours to change is left alone."""

from __future__ import annotations

import codecs
import errno
import os
import stat
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from mending import LOSS, MENDED

from losslint.fix import write
from losslint.fix.edits import applied, origin
from losslint.fix.write import NotWritten, remove_leftovers, replace_file, write_file
from losslint.model import Edit, Span
from losslint.run import Checked, Task
from losslint.source.text import SourceText

Command = Callable[..., Any]


def fix(command: Command, *arguments: str) -> Any:
    return command("--isolated", "--no-cache", "--fix", *arguments)


@pytest.mark.parametrize(
    ("name", "convert"),
    [
        ("crlf", lambda text: text.replace("\n", "\r\n").encode()),
        ("cr", lambda text: text.replace("\n", "\r").encode()),
        ("mixed line ends", lambda text: text.replace("\n\n", "\r\n\r\n", 1).encode()),
        ("bom", lambda text: codecs.BOM_UTF8 + text.encode()),
        ("latin-1", lambda text: f"# coding: latin-1\n# Größe\n{text}".encode("latin-1")),
        (
            "cp1252",
            lambda text: f"#!/usr/bin/python\n# -*- coding: cp1252 -*-\n# 5 € – ok\n{text}".encode("cp1252"),
        ),
        (
            "shift_jis",
            lambda text: f"# vim: set fileencoding=shift_jis :\n# 損失 ソ\n{text}".encode("shift_jis"),
        ),
        ("utf-8 by cookie and bom", lambda text: codecs.BOM_UTF8 + f"# coding: utf-8\n# ü\n{text}".encode()),
        ("wide before the edit", lambda text: text.replace("return ", "x = '批🙂'; return ").encode()),
        ("form feed before the code", lambda text: text.replace("    return", "\x0c    return").encode()),
        ("tabs", lambda text: text.replace("    ", "\t").encode()),
        ("form feed", lambda text: text.replace("\n\n\n", "\n\x0c\n\n", 1).encode()),
        ("no newline at the end", lambda text: text.rstrip("\n").encode()),
        ("trailing blanks", lambda text: (text + "   \n\t\n\n").encode()),
        ("wide characters", lambda text: f"# 批 🙂\n{text}".encode()),
        (
            "comments",
            lambda text: (
                text.replace("return ", "return  ").replace(")\n", ")  # as in the paper \n").encode()
            ),
        ),
    ],
)
def test_every_other_byte_is_kept(command: Command, name: str, convert: Callable[[str], bytes]) -> None:
    Path("a.py").write_bytes(convert(LOSS))
    assert fix(command, "a.py").status == 0
    assert Path("a.py").read_bytes() == convert(MENDED)


def test_mode_and_links_are_kept(command: Command) -> None:
    Path("real").mkdir()
    Path("real/a.py").write_text(LOSS, encoding="utf-8")
    Path("real/a.py").chmod(0o755)
    Path("link.py").symlink_to("real/a.py")
    assert fix(command, "link.py").status == 0
    assert Path("link.py").is_symlink()
    assert Path("real/a.py").read_text(encoding="utf-8") == MENDED
    assert stat.S_IMODE(Path("real/a.py").stat().st_mode) == 0o755
    assert [each.name for each in Path("real").iterdir()] == ["a.py"]


def test_extended_attributes_are_kept(command: Command) -> None:
    Path("a.py").write_text(LOSS, encoding="utf-8")
    if not hasattr(os, "setxattr"):
        pytest.skip("this system has no extended attributes")
    try:
        os.setxattr("a.py", "user.origin", b"copied from the paper")
    except OSError:
        pytest.skip("this file system has no extended attributes")
    assert fix(command, "a.py").status == 0
    assert Path("a.py").read_text(encoding="utf-8") == MENDED
    assert os.getxattr("a.py", "user.origin") == b"copied from the paper"


def test_another_name_of_the_file_keeps_the_old_content(command: Command) -> None:
    """As with every tool that replaces whole files: a package manager's cache, linked into a project, stays whole."""
    Path("cached.py").write_text(LOSS, encoding="utf-8")
    os.link("cached.py", "a.py")
    assert fix(command, "a.py").status == 0
    assert Path("a.py").read_text(encoding="utf-8") == MENDED
    assert Path("cached.py").read_text(encoding="utf-8") == LOSS


def test_a_link_that_leads_nowhere_and_a_pipe_are_errors_of_their_own(command: Command) -> None:
    Path("a.py").write_text(LOSS, encoding="utf-8")
    Path("gone.py").symlink_to("nothing.py")
    outcome = fix(command, "gone.py", "a.py")
    assert outcome.status == 2
    assert outcome.err.count("error: ") == 1
    assert Path("a.py").read_text(encoding="utf-8") == MENDED


def test_a_diff_writes_nothing(command: Command) -> None:
    Path("a.py").write_text(LOSS, encoding="utf-8")
    os.utime("a.py", ns=(10**18, 10**18))
    before = Path("a.py").stat()
    assert command("--isolated", "--no-cache", "--diff", "a.py").status == 1
    after = Path("a.py").stat()
    assert (after.st_mtime_ns, after.st_ino) == (before.st_mtime_ns, before.st_ino)
    assert [each.name for each in Path().iterdir()] == ["a.py"]


def test_a_read_only_file_is_an_error_for_that_file_alone(command: Command) -> None:
    for name in ("a.py", "b.py", "c.py"):
        Path(name).write_text(LOSS, encoding="utf-8")
    Path("b.py").chmod(0o444)
    outcome = fix(command, ".")
    assert outcome.status == 2
    assert "error: b.py: not fixed: the file is read-only" in outcome.err
    assert "b.py:5:12: LL101" in outcome.out
    texts = [Path(name).read_text(encoding="utf-8") for name in ("a.py", "b.py", "c.py")]
    assert texts == [MENDED, LOSS, MENDED]


def test_a_file_that_changed_since_it_was_read_is_left_alone(
    command: Command, monkeypatch: pytest.MonkeyPatch
) -> None:
    Path("a.py").write_text(LOSS, encoding="utf-8")
    from losslint import checking

    real = checking.check_file

    def slow(task: Task) -> Checked:
        checked = real(task)
        with Path(task.path).open("a", encoding="utf-8") as file:
            file.write("# saved by an editor\n")
        return checked

    monkeypatch.setattr(checking, "check_file", slow)
    outcome = fix(command, "a.py")
    assert outcome.status == 2
    assert "not fixed: the file has changed since it was read" in outcome.err
    assert Path("a.py").read_text(encoding="utf-8") == LOSS + "# saved by an editor\n"
    assert [each.name for each in Path().iterdir() if each.name != ".losslint_cache"] == ["a.py"]


def test_bytes_that_do_not_come_back_are_not_touched(command: Command) -> None:
    """ISO-2022 writes one text in several ways: what the file had would be lost."""
    data = b"# coding: iso2022_jp\n# \x1b(B\x1b(Bx\n" + LOSS.encode()
    Path("a.py").write_bytes(data)
    outcome = command("--isolated", "--fix", "--verbose", "a.py")
    assert "does not come back as the same bytes" in outcome.err
    assert Path("a.py").read_bytes() == data


def test_a_failed_write_leaves_nothing_behind(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "a.py"
    path.write_bytes(b"old")

    def full(*_: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(write.os, "replace", full)
    with pytest.raises(NotWritten, match="no space left on device"):
        replace_file(str(path), b"old", b"new")
    assert [each.name for each in tmp_path.iterdir()] == ["a.py"]
    assert path.read_bytes() == b"old"


def test_leftovers_of_dead_processes_are_removed_and_no_others(tmp_path: Path) -> None:
    dead = 2**22 - 1  # larger than any process number that Linux gives by default
    names = [f".a.py.losslint-{dead}.tmp", f".a.py.losslint-{os.getpid()}.tmp", ".a.py.tmp", "losslint-1.tmp"]
    for name in names:
        (tmp_path / name).touch()
    remove_leftovers([str(tmp_path), str(tmp_path / "gone")])
    assert sorted(each.name for each in tmp_path.iterdir()) == sorted(names[1:])


def test_places_are_found_back() -> None:
    source = SourceText("a.py", "ab\ncd\nef\n")
    edits = [Edit(Span(1, 2, 1, 2), "XY"), Edit(Span(2, 1, 3, 1), "Q")]
    assert applied(source, edits).text == "aXYb\nQef\n"
    back = origin(source, edits)
    new = {"a": (1, 1), "X": (1, 2), "Y": (1, 3), "b": (1, 4), "Q": (2, 1), "e": (2, 2), "f": (2, 3)}
    assert {each: back(where) for each, where in new.items()} == {
        "a": (1, 1),
        "X": (1, 2),
        "Y": (1, 2),
        "b": (1, 2),
        "Q": (2, 1),
        "e": (3, 1),
        "f": (3, 2),
    }


def test_a_file_of_our_own_is_written_whole_or_not_at_all(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    target, link = tmp_path / "report.json", tmp_path / "link.json"
    write_file(str(target), b"one")
    target.chmod(0o640)
    link.symlink_to(target)
    write_file(str(link), b"two")
    assert link.is_symlink()
    assert (target.read_bytes(), stat.S_IMODE(target.stat().st_mode)) == (b"two", 0o640)
    with pytest.raises(NotWritten, match="is a directory"):
        write_file(str(tmp_path), b"")

    def full(*_: object) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr("os.fsync", full)
    with pytest.raises(NotWritten, match="no space left on device"):
        write_file(str(target), b"three")
    assert target.read_bytes() == b"two"
    assert sorted(path.name for path in tmp_path.iterdir()) == ["link.json", "report.json"]
