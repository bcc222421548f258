"""A wrong word and the right one it was meant to be."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable

ALMOST = 0.8
"""The part of two words' letters that they share, in order, if one is a slip of the other."""


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


def is_almost(word: str, other: str) -> bool:
    """Whether a word is another one but for a slip or two; case does not matter."""
    word, other = word.lower(), other.lower()
    shared = sum((Counter(word) & Counter(other)).values())
    if 2 * shared < ALMOST * (len(word) + len(other)):  # most words are told apart without the library
        return False
    import difflib

    return difflib.SequenceMatcher(None, word, other).ratio() >= ALMOST
