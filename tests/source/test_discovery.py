"""From what the user names to the files that are checked."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from losslint.model import FileError
from losslint.source import discovery
from losslint.source.discovery import DEFAULT_EXCLUDES, Discovered, discover
from losslint.source.patterns import PathPattern, compile_patterns


@pytest.fixture(autouse=True)
def in_empty_directory(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)


def put(*paths: str, text: str = "x = 1\n") -> None:
    for path in paths:
        Path(path).parent.mkdir(parents=True, exist_ok=True)
        Path(path).write_text(text, encoding="utf-8")


def find(*paths: str, exclude: tuple[str, ...] = DEFAULT_EXCLUDES) -> Discovered:
    matcher = compile_patterns(tuple(PathPattern(text, os.getcwd()) for text in exclude))
    return discover(paths, lambda directory: matcher)


def files(*paths: str, exclude: tuple[str, ...] = DEFAULT_EXCLUDES) -> tuple[str, ...]:
    return tuple(path.replace(os.sep, "/") for path in find(*paths, exclude=exclude).files)


def test_a_directory_gives_its_python_files_in_order() -> None:
    put("src/b.py", "src/a.py", "src/deep/er/c.py", "src/d.pyw", "src/data.txt", "src/e.pyc", "src/f.ipynb")
    assert files("src") == ("src/a.py", "src/b.py", "src/d.pyw", "src/deep/er/c.py", "src/f.ipynb")


def test_paths_are_shown_as_they_were_given() -> None:
    put("src/a.py")
    assert files(".") == ("src/a.py",)
    assert files("./src/") == ("src/a.py",)
    assert files("src/../src/a.py") == ("src/a.py",)
    absolute = str(Path("src").resolve())
    assert files(absolute) == (f"{absolute}/a.py",)


def test_default_excludes() -> None:
    put(
        *(f"{name}/a.py" for name in DEFAULT_EXCLUDES),
        *(f"pkg/{name}/a.py" for name in DEFAULT_EXCLUDES),
        "ok.py",
    )
    assert files(".") == ("ok.py",)


def test_a_named_file_is_always_checked() -> None:
    put("build/a.py", "script", "notes.txt", ".gitignore", text="*\n")
    assert files("build/a.py", "script", "notes.txt") == ("build/a.py", "notes.txt", "script")


def test_a_named_directory_is_walked_even_if_excluded() -> None:
    put("build/lib/a.py", "build/__pycache__/b.py")
    put(".gitignore", text="build/\n")
    assert files("build") == ("build/lib/a.py",)
    assert files("build", exclude=("build/", "*/lib/")) == ("build/__pycache__/b.py",)


@pytest.mark.parametrize(
    ("pattern", "left"),
    [
        ("generated", ("a.py", "pkg/c.py")),
        ("pkg/generated", ("a.py", "generated/d.py", "pkg/c.py")),
        ("/generated", ("a.py", "pkg/c.py", "pkg/generated/b.py")),
        ("**/c.py", ("a.py", "generated/d.py", "pkg/generated/b.py")),
        ("*.py", ()),
        ("a.*", ("generated/d.py", "pkg/c.py", "pkg/generated/b.py")),
    ],
)
def test_exclude_patterns(pattern: str, left: tuple[str, ...]) -> None:
    put("a.py", "pkg/generated/b.py", "pkg/c.py", "generated/d.py")
    assert files(".", exclude=(pattern,)) == left


def test_gitignore_without_git() -> None:
    put("a.py", "gen/b.py", "keep.py", "deep/x.py", "deep/y.py", "deep/sub/x.py", "deep/sub/keep.py")
    put(".gitignore", text="gen/\n*.tmp\n/keep.py\n")
    put("deep/.gitignore", text="x.py\n!sub/x.py\n# a comment\n")
    assert files(".") == ("a.py", "deep/sub/keep.py", "deep/sub/x.py", "deep/y.py")


def test_the_deeper_gitignore_wins() -> None:
    put("pkg/a.py", "pkg/b.py")
    put(".gitignore", text="a.py\nb.py\n")
    put("pkg/.gitignore", text="!a.py\n")
    assert files(".") == ("pkg/a.py",)


def test_gitignore_above_the_named_directory() -> None:
    put("repo/.git/HEAD", "repo/src/a.py", "repo/src/gen/b.py", "repo/src/secret.py")
    put("repo/.gitignore", text="gen/\n")
    put("repo/.git/info/exclude", text="secret.py\n")
    put(".gitignore", text="*.py\n")
    assert files("repo/src") == ("repo/src/a.py",)


def test_a_stray_gitignore_above_the_working_directory_has_no_say(monkeypatch: pytest.MonkeyPatch) -> None:
    put("home/.gitignore", text="*\n")
    put("home/project/src/a.py")
    monkeypatch.chdir("home/project")
    assert files("src") == ("src/a.py",)


def test_gitignore_of_the_working_directory_holds_below_it() -> None:
    put("src/a.py", "src/gen/b.py")
    put(".gitignore", text="gen\n")
    assert files("src") == ("src/a.py",)


def test_a_file_given_twice_is_checked_once() -> None:
    put("src/a.py")
    os.symlink("a.py", "src/b.py")
    assert files("src/a.py", "src", "./src/a.py", "src/b.py") == ("src/a.py",)


def test_links_to_directories_are_not_followed_and_loops_end() -> None:
    put("src/a.py", "elsewhere/b.py")
    os.symlink(os.pardir, "src/loop")
    os.symlink("../elsewhere", "src/linked")
    os.symlink("self.py", "src/self.py")
    os.symlink("gone.py", "src/dangling.py")
    assert files("src") == ("src/a.py",)
    assert files("src/linked") == ("src/linked/b.py",)


def test_standard_input_is_passed_through() -> None:
    put("a.py")
    assert files("-", "a.py", "-") == ("-", "a.py")


def test_what_is_missing_is_an_error_and_the_rest_is_found() -> None:
    put("a.py")
    found = find("a.py", "missing", "gone.py")
    assert found.files == ("a.py",)
    assert found.errors == (
        FileError("missing", "no such file or directory"),
        FileError("gone.py", "no such file or directory"),
    )


def test_a_directory_without_python_is_one_warning() -> None:
    put("docs/index.md", "src/a.py", "empty/build/a.py")
    assert find("docs", "src", "empty").warnings == (
        "docs: no Python files or notebooks found",
        "empty: no Python files or notebooks found",
    )


def test_a_directory_met_again_is_not_called_empty() -> None:
    put("src/a.py")
    assert find("src/a.py", "src").warnings == ()


def test_a_directory_that_cannot_be_listed_is_an_error(monkeypatch: pytest.MonkeyPatch) -> None:
    put("src/a.py", "src/locked/b.py")
    real = os.scandir

    def scandir(path: str) -> object:
        if path.endswith("locked"):
            raise PermissionError(13, "Permission denied")
        return real(path)

    monkeypatch.setattr(discovery.os, "scandir", scandir)
    found = find("src")
    assert found.files == (os.path.join("src", "a.py"),)
    assert found.errors == (FileError(os.path.join("src", "locked"), "cannot be listed: permission denied"),)


def test_exclusions_can_be_enforced_for_what_is_named(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("a.py", "build/b.py", "gen/deep/c.py", "gen2.py"):
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_text("", encoding="utf-8")
    monkeypatch.chdir(tmp_path)
    patterns = tuple(PathPattern(text, str(tmp_path)) for text in ("build", "gen/**", "gen2.*"))
    named = ["a.py", "build/b.py", "build", "gen/deep/c.py", str(tmp_path / "gen2.py"), "./gen/deep"]
    exclusions = compile_patterns(patterns)
    assert discover(named, lambda _: exclusions, enforced=True) == Discovered(("a.py",))
    assert len(discover(named, lambda _: exclusions).files) == 4
    # What lies above the working directory does not count, as for a walk.
    monkeypatch.chdir(tmp_path / "build")
    assert discover(["b.py"], lambda _: exclusions, enforced=True).files == ("b.py",)
