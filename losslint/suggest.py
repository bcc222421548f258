"""A wrong word and the right one it was meant to be."""

from __future__ import annotations

from collections.abc import Iterable


def closest(word: str, known: Iterable[str]) -> str | None:
    """The known word that looks most like this one, if any looks like it at all; case does not matter."""
    import difflib

    by_folded = {candidate.lower(): candidate for candidate in known}
    matches = difflib.get_close_matches(word.lower(), by_folded, n=1, cutoff=0.5)
    return by_folded[matches[0]] if matches else None


def did_you_mean(word: str, known: Iterable[str]) -> str:
    """``"; did you mean 'x'?"``, or nothing."""
    match = closest(word, known)
    return f"; did you mean {match!r}?" if match else ""
