"""Path patterns of the configuration: gitignore syntax, relative to the place where they are written."""

from __future__ import annotations

import os
from collections.abc import Sequence
from functools import lru_cache
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from pathspec import GitIgnoreSpec

_SPECIAL = frozenset("*?[]!/\\ ")


class PathPattern(NamedTuple):
    """A pattern and the absolute directory it is relative to."""

    text: str
    base: str

    @property
    def is_plain_name(self) -> bool:
        """Whether it is one file or directory name, which matches at any depth and needs no library."""
        return not _SPECIAL.intersection(self.text)


class PathMatcher(NamedTuple):
    """Patterns ready for use: names in a set, the others compiled, per base directory."""

    names: frozenset[str]
    specs: tuple[tuple[str, GitIgnoreSpec], ...] = ()

    def matches_entry(self, path: str, *, is_directory: bool) -> bool:
        """Whether this entry itself is meant.

        ``path`` is absolute; what its parents match does not count for names.
        """
        if os.path.basename(path) in self.names:
            return True
        return bool(self.specs) and any(
            spec.match_file(inside) for inside, spec in self._relative(path, is_directory)
        )

    def matches_file(self, path: str) -> bool:
        """Whether this file is meant, by its own name or by that of a directory above it (below the base)."""
        return not self.names.isdisjoint(path.split(os.sep)) or any(
            spec.match_file(inside) for inside, spec in self._relative(path, is_directory=False)
        )

    def leaves_out(self, path: str, top: str) -> bool:
        """Whether a walk of ``top`` would leave out this file or directory in it. Both paths are absolute."""
        inside = os.path.relpath(path, top)
        if inside.startswith(os.pardir):
            return False
        parts = inside.split(os.sep)
        steps = (os.path.join(top, *parts[:depth]) for depth in range(1, len(parts) + 1))
        return any(
            self.matches_entry(step, is_directory=step != path or os.path.isdir(path)) for step in steps
        )

    def entering(self, root: str) -> PathMatcher:
        """The patterns that still apply inside ``root`` when the user named that directory."""
        return PathMatcher(self.names, specs_inside(self.specs, root)) if self.specs else self

    def _relative(self, path: str, is_directory: bool) -> list[tuple[str, GitIgnoreSpec]]:
        pairs = [(relative(path, base, is_directory=is_directory), spec) for base, spec in self.specs]
        return [(inside, spec) for inside, spec in pairs if inside is not None]


def specs_inside(
    specs: Sequence[tuple[str, GitIgnoreSpec]], root: str
) -> tuple[tuple[str, GitIgnoreSpec], ...]:
    """The compiled patterns without those that mean ``root`` itself (each spec with its base directory)."""
    kept = []
    for base, spec in specs:
        inside = relative(root, base, is_directory=True)
        patterns = [
            pattern for pattern in spec.patterns if inside is None or pattern.match_file(inside) is None
        ]
        kept.append((base, type(spec)(patterns)))
    return tuple(kept)


def relative(path: str, base: str, *, is_directory: bool) -> str | None:
    """``path`` seen from ``base`` with forward slashes, a directory with one at its end.

    None if it lies outside.
    """
    inside = os.path.relpath(path, base) if path != base else ""
    if not inside or inside == os.pardir or inside.startswith(os.pardir + os.sep) or os.path.isabs(inside):
        return None
    return inside.replace(os.sep, "/") + ("/" if is_directory else "")


@lru_cache(maxsize=256)
def compile_patterns(patterns: tuple[PathPattern, ...]) -> PathMatcher:
    """One matcher for all of them. Raises ValueError for a pattern that is no pattern."""
    by_base: dict[str, list[str]] = {}
    for pattern in patterns:
        if not pattern.is_plain_name:
            by_base.setdefault(pattern.base, []).append(pattern.text)
    names = frozenset(pattern.text for pattern in patterns if pattern.is_plain_name)
    return PathMatcher(names, tuple((base, gitignore_spec(lines)) for base, lines in by_base.items()))


def gitignore_spec(lines: Sequence[str]) -> GitIgnoreSpec:
    """Lines in gitignore syntax, compiled. Raises ValueError for a line that is none."""
    from pathspec import GitIgnoreSpec

    return GitIgnoreSpec.from_lines(lines)
