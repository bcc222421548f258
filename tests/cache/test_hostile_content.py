"""A cache that is damaged, planted or out of reach costs time and nothing else."""

from __future__ import annotations

import os
import random
import subprocess
import sys
import zlib
from collections import Counter
from pathlib import Path

import projects
import pytest
from projects import check

from losslint.cache import directory as directory_module
from losslint.cache.directory import CacheDirectory
from losslint.cache.shard import MAGIC, Malformed, Shard


@pytest.fixture
def cache(project: Path) -> Path:
    directory = project / ".losslint_cache"
    check(cache=directory)
    return directory


@pytest.fixture
def expected(project: Path) -> str:
    return repr(check())


def shards(cache: Path) -> list[Path]:
    return [path for path in cache.glob("*.kept") if path.read_bytes().startswith(MAGIC)]


def signed(content: bytes) -> bytes:
    """As if losslint had written it."""
    return MAGIC + b"%08x\n" % zlib.crc32(content) + content


def table_of(path: Path) -> bytes:
    return path.read_bytes().partition(b"\n")[2]


def test_the_cache_is_marked_as_one(cache: Path) -> None:
    assert (cache / ".gitignore").read_bytes().endswith(b"*\n")
    assert (cache / "CACHEDIR.TAG").read_bytes().startswith(b"Signature: 8a477f597d28d172789f06886806bc55\n")
    assert len(shards(cache)) == 1


@pytest.mark.parametrize("seed", range(30))
def test_damaged_bytes(seed: int, cache: Path, expected: str) -> None:
    randomly = random.Random(seed)
    for path in cache.glob("*.kept"):
        data = bytearray(path.read_bytes())
        for _ in range(randomly.choice((1, 1, 5))):
            data[randomly.randrange(len(data))] ^= 1 << randomly.randrange(8)
        path.write_bytes(bytes(data[: randomly.choice((len(data), randomly.randrange(len(data))))]))
    assert repr(check(cache=cache)) == expected


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"\x80\x04\x95\x0f\x00\x00\x00\x00\x00\x00\x00\x8c\x05posix\x94\x8c\x06system\x94\x93\x94.",
        signed(b""),
        signed(b"\xff\xfe\n\n"),
        signed(b"M\tF\nF\nF\t\n\n"),
        signed(b"\n" * 10_000),
    ],
)
def test_foreign_content(content: bytes, cache: Path, expected: str) -> None:
    for path in cache.glob("*.kept"):
        path.write_bytes(content)
    assert repr(check(cache=cache)) == expected


CHANGES = {
    "a number that is none": (b"\t1\t0,1\t", b"\tx\t0,1\t"),
    "a module that is none": (b"\t1\t0,1\t", b"\t1\t99,-1\t"),
    "places out of range": (b"\t\t0\t\t0\t", b"\t\t0\t\t99999999\t"),
    "a finding with a field too many": (b'[[["LL101",', b'[[["LL101","LL101",'),
    "a finding with a field too few": (b'[[["LL101",', b"[[["),
    "findings that are no list": (b'[[["LL101",', b'[{"LL101":0},[["LL101",'),
    "a severity that is none": (b'"error"', b'"fatal"'),
    "a number as text": (b",5,", b',"5",'),
    "a number as a fraction": (b",5,", b",5.0,"),
    "a text as a number": (b'"error"', b"1"),
    "a rule that is none": (b'"LL101"', b'"LL999"'),
    "a place that is none": (b"[5,", b"[-5,"),
    "not JSON": (b'[[["LL101"', b'(([["LL101"'),
    "too deep": (b'[[["LL101"', b"[" * 100_000 + b'[[["LL101"'),
    "fields that are missing": (b"\tskip-file comment\n", b"\n"),
    "fields too many": (b"\tskip-file comment\n", b"\tskip-file comment\t\t\n"),
}


@pytest.mark.parametrize(("old", "new"), CHANGES.values(), ids=CHANGES)
def test_what_has_not_the_exact_form_is_not_believed(
    old: bytes, new: bytes, cache: Path, expected: str
) -> None:
    [path] = shards(cache)
    changed = table_of(path).replace(old, new)
    assert changed != table_of(path), "the test has lost what it changes"
    path.write_bytes(signed(changed))
    assert repr(check(cache=cache)) == expected
    assert repr(check(cache=cache)) == expected


def test_a_shard_of_other_surroundings_is_not_believed(cache: Path, expected: str) -> None:
    [path] = shards(cache)
    path.write_bytes(signed(table_of(path).replace(b"./src", b"./lib")))
    assert repr(check(cache=cache)) == expected


@pytest.mark.parametrize("damage", [b"", b"losslint 1 00000001\n", b"losslint 2 00000000\n"])
def test_a_shard_says_what_is_wrong_with_it(damage: bytes) -> None:
    with pytest.raises(Malformed):
        Shard.parse(damage)


def test_nothing_that_lies_there_is_run(cache: Path, expected: str) -> None:
    trap = b"import pathlib; pathlib.Path('sprung').touch()\n"
    for name in ("__init__.py", "losslint.py", "sitecustomize.py", "msgspec.py", "pickle.py"):
        (cache / name).write_bytes(trap)
    assert repr(check(cache=cache)) == expected
    assert not Path("sprung").exists()


def test_a_link_in_place_of_the_cache_is_not_followed(project: Path, expected: str, tmp_path: Path) -> None:
    elsewhere = tmp_path / "elsewhere"
    elsewhere.mkdir()
    cache = project / ".losslint_cache"
    cache.symlink_to(elsewhere)
    assert repr(check(cache=cache)) == expected
    assert not list(elsewhere.iterdir())


def test_links_and_pipes_in_place_of_files(cache: Path, expected: str, tmp_path: Path) -> None:
    precious = tmp_path / "precious"
    precious.write_text("precious", encoding="utf-8")
    for number, path in enumerate(sorted(cache.glob("*.kept"))):
        path.unlink()
        if number % 2:
            path.symlink_to(precious)
        else:
            os.mkfifo(path)
    assert repr(check(cache=cache)) == expected
    assert precious.read_text(encoding="utf-8") == "precious"
    assert all(path.is_file() and not path.is_symlink() for path in cache.glob("*.kept"))


def test_a_directory_in_place_of_a_file(cache: Path, expected: str) -> None:
    for path in cache.glob("*.kept"):
        path.unlink()
        path.mkdir()
    assert repr(check(cache=cache)) == expected


def test_a_huge_file_is_not_read(cache: Path, expected: str) -> None:
    for path in cache.glob("*.kept"):
        with path.open("r+b") as file:
            file.truncate(1 << 40)  # a hole: no disk is harmed
    assert repr(check(cache=cache)) == expected


def test_a_directory_of_something_else_is_left_alone(project: Path, expected: str) -> None:
    cache = project / ".losslint_cache"
    cache.mkdir()
    (cache / "notes.txt").write_text("mine", encoding="utf-8")
    assert repr(check(cache=cache)) == expected
    assert [path.name for path in cache.iterdir()] == ["notes.txt"]


def test_a_file_in_place_of_the_directory(project: Path, expected: str) -> None:
    cache = project / ".losslint_cache"
    cache.write_text("mine", encoding="utf-8")
    assert repr(check(cache=cache)) == expected
    assert cache.read_text(encoding="utf-8") == "mine"


def test_a_disk_that_takes_nothing(project: Path, expected: str, monkeypatch: pytest.MonkeyPatch) -> None:
    # Tests may run as root, who can write everywhere: the file system's answer is simulated.
    def refuse(*_: object) -> None:
        raise OSError(30, "Read-only file system")

    monkeypatch.setattr(CacheDirectory, "_put", refuse)
    assert repr(check(cache=project / ".losslint_cache")) == expected
    assert repr(check(cache=project / "a" / "b" / "c")) == expected


def test_a_read_only_cache_still_answers(
    cache: Path, expected: str, checks: Counter[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(*_: object) -> None:
        raise OSError(30, "Read-only file system")

    monkeypatch.setattr(CacheDirectory, "_put", refuse)
    checks.clear()
    assert repr(check(cache=cache)) == expected
    assert not checks


def test_runs_at_the_same_time(project: Path, expected: str) -> None:
    """Several processes fill one cache; afterwards it is whole, and nothing is left lying about."""
    program = (
        "import projects; print(repr(projects.check(cache=__import__('pathlib').Path('.losslint_cache'))))"
    )
    environment = {**os.environ, "PYTHONPATH": str(Path(projects.__file__).parent)}
    for _ in range(2):
        running = [
            subprocess.Popen([sys.executable, "-c", program], stdout=subprocess.PIPE, env=environment)
            for _ in range(4)
        ]
        answers = [process.communicate()[0].decode().strip() for process in running]
        assert all(process.returncode == 0 for process in running)
        assert [answer.partition("skipped")[0] for answer in answers] == [
            expected.partition("skipped")[0]
        ] * 4
    assert not [path for path in Path(".losslint_cache").iterdir() if path.name.endswith(".tmp")]
    assert repr(check(cache=Path(".losslint_cache"))) == expected


def test_what_was_not_used_for_long_goes(cache: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    old = cache / f"{'0' * 32}.kept"
    left = cache / f"{'1' * 32}.kept.99.tmp"
    for path in (old, left):
        path.write_bytes(b"x")
        os.utime(path, (1, 1))
    Path("kit/quiet.py").write_text("X = 1\n", encoding="utf-8")
    check(cache=cache)
    assert old.exists(), "it is looked for once a day"
    os.utime(cache / directory_module.SWEPT, (1, 1))
    Path("kit/quiet.py").write_text("X = 2\n", encoding="utf-8")
    check(cache=cache)
    assert not old.exists()
    assert not left.exists()
    assert shards(cache)


def test_what_is_too_much_goes_the_oldest_first(cache: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    planted = [cache / f"{number:032x}.kept" for number in range(5)]
    for age, path in enumerate(planted):
        path.write_bytes(b"x" * 1000)
        os.utime(path, (path.stat().st_atime, path.stat().st_mtime - 60 * (age + 1)))
    monkeypatch.setattr(
        directory_module, "MAX_BYTES", sum(p.stat().st_size for p in cache.glob("*.kept")) - 1500
    )
    os.utime(cache / directory_module.SWEPT, (1, 1))
    directory = CacheDirectory(str(cache))
    directory.read("nothing")
    directory.sweep()
    assert [path.exists() for path in planted] == [True, True, True, False, False]


def test_use_keeps_a_file_young(cache: Path) -> None:
    [path] = shards(cache)
    os.utime(path, (1, 1))
    check(cache=cache)
    assert path.stat().st_mtime > 1000
