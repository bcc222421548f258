"""From what the user names to the files that are checked.

A file named on the command line is always checked, whatever its name, unless exclusions are enforced. A
directory is walked: ``*.py``, ``*.pyw`` and ``*.ipynb`` files that neither configuration nor ``.gitignore``
leaves out, in a fixed order.
Directories that are symbolic links are not followed inside a walk (they lead to loops, or to files that are
met elsewhere); one that is named is.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator, Sequence
from operator import itemgetter
from typing import NamedTuple

from losslint.result import FileError

from .ignorefiles import NAME as GITIGNORE
from .ignorefiles import IgnoreRules, rules_above
from .patterns import PathMatcher

STDIN = "-"
SUFFIXES = (".py", ".pyw", ".ipynb")

DEFAULT_EXCLUDES = (
    ".bzr",
    ".direnv",
    ".eggs",
    ".git",
    ".git-rewrite",
    ".hg",
    ".ipynb_checkpoints",
    ".losslint_cache",
    ".mypy_cache",
    ".nox",
    ".pants.d",
    ".pyenv",
    ".pytest_cache",
    ".pytype",
    ".ruff_cache",
    ".svn",
    ".tox",
    ".venv",
    ".vscode",
    "__pycache__",
    "__pypackages__",
    "_build",
    "buck-out",
    "build",
    "dist",
    "node_modules",
    "site-packages",
    "venv",
)

Exclusions = Callable[[str], PathMatcher]
"""The exclude patterns in force for the entries of a directory (absolute path)."""


class Discovered(NamedTuple):
    """What there is to check: paths as they are shown, sorted.

    What could not be found; what looks like a mistake.
    """

    files: tuple[str, ...] = ()
    errors: tuple[FileError, ...] = ()
    warnings: tuple[str, ...] = ()


def discover(paths: Sequence[str], exclusions: Exclusions, *, enforced: bool = False) -> Discovered:
    """Find the files. A file reached twice (named twice, or through a link) is listed once, under its first
    name.

    Shown paths are the user's own, normalised. ``-`` (standard input) is passed through. If exclusions are
    ``enforced``, a path that is named is left out where a walk of the working directory would leave it out.
    """
    found: dict[str, str] = {}
    errors: list[FileError] = []
    warnings: list[str] = []
    for path in dict.fromkeys(paths):
        if path == STDIN:
            found.setdefault(STDIN, STDIN)
        elif enforced and _is_left_out(os.path.abspath(path), exclusions):
            continue
        elif os.path.isdir(path):
            before = len(found)
            files = list(_walk(os.path.normpath(path), exclusions, errors))
            for file, real in files:
                found.setdefault(real, file)
            if not files and len(found) == before:
                warnings.append(f"{path}: no Python files or notebooks found")
        elif os.path.exists(path):
            found.setdefault(os.path.realpath(path), os.path.normpath(path))
        else:
            errors.append(FileError(path, "no such file or directory"))
    return Discovered(tuple(sorted(found.values())), tuple(errors), tuple(warnings))


def _is_left_out(path: str, exclusions: Exclusions) -> bool:
    return exclusions(os.path.dirname(path)).leaves_out(path, os.getcwd())


def _walk(root: str, exclusions: Exclusions, errors: list[FileError]) -> Iterator[tuple[str, str]]:
    """The Python files below ``root``, as shown and without links.

    A directory that cannot be listed is an error, and the walk goes on.
    """
    # Patterns outside that mean the root itself do not apply: the user named it.
    start = os.path.realpath(root)
    pending: list[tuple[str, str, IgnoreRules]] = [(root, start, rules_above(start))]
    while pending:
        shown, real, rules = pending.pop()
        try:
            with os.scandir(real) as listing:
                entries = list(listing)
        except OSError as error:
            errors.append(FileError(shown, f"cannot be listed: {(error.strerror or str(error)).lower()}"))
            continue
        if any(entry.name == GITIGNORE for entry in entries):
            rules = rules.inside(real)
        excluded = exclusions(real).entering(start)
        inside = "" if shown == os.curdir else os.path.join(shown, "")
        for _, is_directory, entry in sorted(_that_may_be_checked(entries), key=itemgetter(0)):
            if entry.name in excluded.names or (
                excluded.specs and excluded.matches_entry(entry.path, is_directory=is_directory)
            ):
                continue
            if rules.files and rules.ignores(entry.path, is_directory=is_directory):
                continue
            if is_directory:
                pending.append((inside + entry.name, entry.path, rules))
            else:
                # The directory is free of links, so that only the file itself can be one.
                yield inside + entry.name, os.path.realpath(entry.path) if entry.is_symlink() else entry.path


def _that_may_be_checked(
    entries: Sequence[os.DirEntry[str]],
) -> Iterator[tuple[str, bool, os.DirEntry[str]]]:
    """Directories and Python files, each with its name and whether it is a directory."""
    for entry in entries:
        is_directory = entry.is_dir(follow_symlinks=False)
        if is_directory or _is_python_file(entry):
            yield entry.name, is_directory, entry


def _is_python_file(entry: os.DirEntry[str]) -> bool:
    try:
        return entry.name.endswith(SUFFIXES) and entry.is_file()
    except OSError:  # a link that leads to itself
        return False
