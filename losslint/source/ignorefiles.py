"""``.gitignore`` files as git reads them: nested, the deeper one stronger; a repository is not needed."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING, NamedTuple

from .patterns import gitignore_spec, relative, specs_inside

if TYPE_CHECKING:
    from pathspec import GitIgnoreSpec

NAME = ".gitignore"


class IgnoreRules(NamedTuple):
    """The ignore files that apply in a directory, the outermost first, each with where it stands."""

    files: tuple[tuple[str, GitIgnoreSpec], ...] = ()

    def ignores(self, path: str, *, is_directory: bool) -> bool:
        """Whether the innermost file that says something of this absolute path says to ignore it."""
        for base, spec in reversed(self.files):
            inside = relative(path, base, is_directory=is_directory)
            if inside is not None:
                verdict = spec.check_file(inside).include
                if verdict is not None:
                    return verdict
        return False

    def inside(self, directory: str) -> IgnoreRules:
        """The rules below ``directory``, which holds an ignore file of its own."""
        return self._adding(directory, os.path.join(directory, NAME))

    def entering(self, root: str) -> IgnoreRules:
        """The rules that still apply inside ``root`` when the user named that directory."""
        return IgnoreRules(specs_inside(self.files, root))

    def _adding(self, base: str, file: str) -> IgnoreRules:
        try:
            with open(file, encoding="utf-8", errors="surrogateescape") as lines:
                spec = gitignore_spec(lines.read().splitlines())
        except (OSError, ValueError):
            # An ignore file that cannot be read ignores nothing; git does the same.
            return self
        return IgnoreRules((*self.files, (base, spec))) if spec.patterns else self


def rules_above(directory: str) -> IgnoreRules:
    """The rules that hold in ``directory`` from the files above it.

    They are looked for up to the top of the repository; without one up to the working directory, if that lies
    above. A stray ``.gitignore`` in a home directory has no say over a project that is no part of its
    repository.
    """
    above = [*_parents(directory)]
    top = next(
        (parent for parent in [directory, *above] if os.path.exists(os.path.join(parent, ".git"))), None
    )
    if top is None and (working := os.getcwd()) in above:
        top = working
    rules = IgnoreRules()
    if top is None or top == directory:
        return _with_repository_excludes(rules, top)
    rules = _with_repository_excludes(rules, top)
    for parent in reversed(above[: above.index(top) + 1]):
        if os.path.isfile(os.path.join(parent, NAME)):
            rules = rules.inside(parent)
    return rules.entering(directory)


def _with_repository_excludes(rules: IgnoreRules, top: str | None) -> IgnoreRules:
    """``.git/info/exclude`` is the weakest of all, as in git."""
    if top is None:
        return rules
    exclude = os.path.join(top, ".git", "info", "exclude")
    return rules._adding(top, exclude) if os.path.isfile(exclude) else rules


def _parents(directory: str) -> list[str]:
    parents = []
    while (parent := os.path.dirname(directory)) != directory:
        parents.append(parent)
        directory = parent
    return parents
