"""What a value is made of: the values that it is a sum, a mean or a multiple of.

Degree and spread describe a value by itself. Beside another one that is made of the same they can mislead: ``x``
less its mean averages to nothing, a sum over a mean of the same entries is a number, a root times the same root
adds up over micro-batches again. Whoever combines two values asks here whether they share a part.
"""

from __future__ import annotations

from dataclasses import replace
from math import isclose
from typing import TYPE_CHECKING, TypeAlias

from losslint.frozen import dataclass

if TYPE_CHECKING:
    from .values import Tensor

MOST_PARTS = 12
"""Of a sum of more terms it is not followed what it is made of."""


@dataclass(frozen=True, slots=True, eq=False)
class Atom:
    """A value that is no sum or multiple of others. Each is like itself alone."""

    source: Parts | None = None
    """It is a function of something made of these."""
    root_of: Parts | None = None
    """It is the root of a sum over the batch of something made of these."""
    exp_of: Tensor | None = None
    """Its logarithm."""
    log_of: Tensor | None = None
    """Its exponential."""
    normed: bool = False
    """Normalised over the batch: the squares of its entries add up to one."""
    shared: bool = False
    """A softmax: its entries add up to one."""
    nonnegative: bool = False
    """No entry is below zero."""
    several: bool = False
    """One of many, and each time another one."""


@dataclass(frozen=True, slots=True)
class Part:
    """An atom in a sum: with which sign, and how many times (``None``: a sum or mean of its entries)."""

    atom: Atom
    negative: bool = False
    times: float | None = 1.0
    shifted: bool = False
    """A constant was added."""
    lowered: bool = False
    """One that may be below zero."""

    def undoes(self, other: Part) -> bool:
        """Whether the two may leave nothing of each other."""
        if self.atom is not other.atom or self.atom.several or self.negative is other.negative:
            return False
        return self.times is None or other.times is None or isclose(self.times, other.times)


Parts: TypeAlias = frozenset[Part]


def fresh() -> Parts:
    """Made of itself alone."""
    return frozenset((Part(Atom()),))


def made(atom: Atom) -> Parts:
    """Made of an atom of which something is known."""
    return frozenset((Part(atom),))


def scaled(parts: Parts, factor: float) -> Parts:
    """A multiple."""
    return frozenset(
        replace(
            part,
            negative=part.negative is not (factor < 0),
            times=None if part.times is None else abs(part.times * factor),
        )
        for part in parts
    )


def shifted(parts: Parts, *, lowered: bool) -> Parts:
    """With a constant added."""
    return frozenset(replace(part, shifted=True, lowered=part.lowered or lowered) for part in parts)


def nonnegative(parts: Parts) -> bool:
    """Whether no entry is below zero, as far as it can be told."""
    return all(part.atom.nonnegative and not (part.negative or part.lowered) for part in parts)


def gathered(parts: Parts) -> Parts:
    """Sums or means of entries, and multiples by a number of samples: how many times each is in there is open."""
    return frozenset(replace(part, times=None) for part in parts)


def summed(left: Parts, right: Parts, *, negative: bool = False) -> Parts:
    """A sum, or a difference."""
    both = left | (scaled(right, -1.0) if negative else right)
    return both if len(both) <= MOST_PARTS else fresh()


def cancels(parts: Parts) -> bool:
    """Whether something may be taken away again."""
    return any(part.undoes(other) for part in parts for other in parts)


def vanishes(parts: Parts, *, exactly: bool = False) -> bool:
    """Whether all of it may be taken away again; ``exactly``: entry by entry, not only in sums."""
    if exactly and any(part.times is None for part in parts):
        return False
    return all(any(part.undoes(other) for other in parts) for part in parts)


def adds_up(parts: Parts) -> bool:
    """Whether the sum of all its entries is the same for all data."""
    return all(part.atom.shared for part in parts)


def one_sided(parts: Parts) -> bool:
    """Whether it is a difference of something and a function of the same: one may always be the larger."""
    return any(
        one.negative is not other.negative and any(part.atom is other.atom for part in one.atom.source or ())
        for one in parts
        for other in parts
    )


def same(left: Parts, right: Parts) -> bool:
    """Whether both are made of one and the same thing, or are roots of sums of the same."""
    one, two = _single(left), _single(right)
    if one is None or two is None:
        return False
    alike = one.atom is two.atom and not one.atom.several
    return alike or (one.atom.root_of is not None and one.atom.root_of == two.atom.root_of)


def one_value(left: Parts, right: Parts) -> bool:
    """Whether both are the same, entry by entry."""
    one = whole(left)
    return one is not None and one is whole(right)


def product_is_nonnegative(left: Parts, right: Parts) -> bool:
    """Whether two factors have one sign: neither is below zero, or they are one value."""
    return one_value(left, right) or (nonnegative(left) and nonnegative(right))


def share_norm(left: Parts, right: Parts) -> bool:
    """Whether something that was normalised over the batch is in both."""
    normed = {part.atom for part in left if part.atom.normed}
    return any(part.atom in normed for part in right)


def whole(parts: Parts) -> Atom | None:
    """The atom that this is, untouched."""
    one = _single(parts)
    plain = one is not None and one.times == 1 and not one.negative
    return one.atom if one is not None and plain and not one.atom.several else None


def _single(parts: Parts) -> Part | None:
    part = next(iter(parts)) if len(parts) == 1 else None
    return None if part is None or part.shifted else part
