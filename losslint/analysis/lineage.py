"""What a value is made of: the values that it is a sum, a mean or a multiple of.

Degree and spread describe a value by itself. Beside another one that is made of the same they can mislead: ``x``
less its mean averages to nothing, a sum over a mean of the same entries is a number, a root times the same root
adds up over micro-batches again. Whoever combines two values asks here whether they share a part.
"""

from __future__ import annotations

from collections.abc import Hashable, Iterable
from dataclasses import replace
from fractions import Fraction
from math import isclose
from typing import TYPE_CHECKING, TypeAlias

from losslint.frozen import dataclass

from .degree import ONE, ZERO

if TYPE_CHECKING:
    from .values import Tensor

PRODUCT = "*"
"""Begins the key of a product: what its factors are made of follows."""
MOST_PARTS = 12
"""Of a sum of more terms it is not followed what it is made of."""


@dataclass(frozen=True, slots=True, eq=False)
class Atom:
    """A value that is no sum or multiple of others. Where it is not known what made it, it is like itself alone."""

    key: Hashable = None
    """What made it of what: two of one key are one value."""
    source: Parts | None = None
    """It is a function of something made of these."""
    over: Parts | None = None
    """It is something divided by what is made of these."""
    root_of: Parts | None = None
    """It is the root of a sum over the batch of something made of these."""
    exp_of: Tensor | None = None
    """Its logarithm."""
    log_of: Tensor | None = None
    """Its exponential."""
    extreme: str = ""
    """It is the largest (``max``) or the least (``min``) of its source."""
    vast: bool = False
    """As large as anybody likes, as data are, and their products and logarithms, but not a sigmoid of them."""
    normed: bool = False
    """Normalised over the batch: the squares of its entries add up to one."""
    shared: bool = False
    """A softmax, or something by its own mean: its entries add up to the same whatever the data."""
    nonnegative: bool = False
    """No entry is below zero."""
    twice: bool = False
    """Products of its entries with each other: on the diagonal squares."""
    away: bool = False
    """Made by a function that may keep it away from zero, whatever the data are."""
    flat: bool = False
    """Cut off at a bound, beyond which it has no gradient."""
    zeros: bool = False
    """Some of its entries may be zero: what a mask or a rectifier let through."""
    step: bool = False
    """One of a few numbers, as a sign or a mask is: the largest of them, perhaps, whatever the data are."""
    idle: bool = False
    """Perhaps the same for all data."""
    several: bool = False
    """One of many, and each time another one."""

    def __eq__(self, other: object) -> bool:
        if self is other:
            return True
        return isinstance(other, Atom) and self.key is not None and self.key == other.key

    def __hash__(self) -> int:
        return id(self) if self.key is None else hash(self.key)


@dataclass(frozen=True, slots=True, eq=False)
class Gathering:
    """What entries were added up, averaged or put elsewhere by: two sums of one thing may be different sums."""

    key: Hashable = None
    """Two of one key do the same. Without one, each is like itself alone."""
    samples: bool = False
    """It certainly ran over samples."""

    def __eq__(self, other: object) -> bool:
        if self is other:
            return True
        return isinstance(other, Gathering) and self.key is not None and self.key == other.key

    def __hash__(self) -> int:
        return id(self) if self.key is None else hash(self.key)


@dataclass(frozen=True, slots=True)
class Part:
    """An atom in a sum: with which sign, and how many times (``None``: nobody knows)."""

    atom: Atom
    negative: bool = False
    times: float | None = 1.0
    counted: Fraction = ZERO
    """It was multiplied by a number of samples so often."""
    gathered: Gathering | None = None
    """A sum or mean of its entries, or they stand elsewhere: which one. So many times that one it is in there."""
    shifted: bool = False
    """A constant was added."""
    lowered: bool = False
    """One that may be below zero."""

    def undoes(self, other: Part) -> bool:
        """Whether the two may leave nothing of each other."""
        if self.negative is other.negative or self.atom != other.atom or self.atom.several:
            return False
        if self.gathered != other.gathered:  # how often the one is in the other, nobody knows
            return True
        if self.counted != other.counted:
            return False
        return self.times is None or other.times is None or isclose(self.times, other.times)

    def undoes_exactly(self, other: Part) -> bool:
        """Whether the two certainly leave nothing of each other, entry by entry."""
        known = self.times is not None and other.times is not None
        return known and self.gathered == other.gathered and self.undoes(other)


Parts: TypeAlias = frozenset[Part]


def fresh() -> Parts:
    """Made of itself alone."""
    return frozenset((Part(Atom()),))


def made(atom: Atom) -> Parts:
    """Made of an atom of which something is known."""
    return frozenset((Part(atom),))


def twice(parts: Parts) -> Parts:
    """The same, where something may be a factor of itself."""
    return frozenset(replace(part, atom=replace(part.atom, twice=True)) for part in parts)


def put_back(parts: Parts, entry: Parts, whole_of: Parts) -> Parts:
    """What a function made of one entry, as what it makes of all of them."""
    atom = whole(entry)
    plain = [
        part
        for part in parts
        if part.atom == atom
        and part.times is not None
        and not (part.gathered or part.shifted or part.counted)
    ]
    rest = parts.difference(plain)
    return rest.union(
        *(scaled(whole_of, -part.times if part.negative else part.times) for part in plain if part.times)
    )


def atoms(parts: Iterable[Part]) -> frozenset[Atom]:
    """What it is made of, however often."""
    return frozenset(part.atom for part in parts)


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


def gathered(parts: Parts, key: Hashable = None, *, samples: bool = False) -> Parts:
    """Sums or means of entries: how many times each entry is in there is open.

    ``key``: by what; ``samples``: over the batch, certainly.
    """
    once = {
        before: Gathering(
            None if key is None else (key, before), samples or (before is not None and before.samples)
        )
        for before in {part.gathered for part in parts}
    }
    return frozenset(replace(part, gathered=once[part.gathered]) for part in parts)


def counted(parts: Parts, degree: Fraction) -> Parts:
    """A multiple by a number of samples, to some power."""
    return frozenset(replace(part, times=None, counted=part.counted + degree) for part in parts)


def summed(left: Parts, right: Parts, *, negative: bool = False) -> Parts:
    """A sum, or a difference."""
    added = scaled(right, -1.0) if negative else right
    twice = frozenset(part for part in left & added if not any(map(part.undoes, left | added)))
    both = ((left | added) - twice) | scaled(twice, 2.0)
    return both if len(both) <= MOST_PARTS else fresh()


def exact(parts: Parts) -> bool:
    """Whether the parts say what it is, entry by entry."""
    return all(part.times is not None and not part.shifted for part in parts)


def keyed(parts: Parts, key: Hashable) -> Parts:
    """The same with a key, if it is a fresh atom without one, or entries that were put elsewhere."""
    atom = whole(parts)
    if atom is not None:
        return parts if atom.key is not None else made(replace(atom, key=key))
    if any(part.gathered is None or part.gathered.key is not None for part in parts):
        return parts
    return frozenset(
        replace(part, gathered=Gathering(key, part.gathered.samples)) for part in parts if part.gathered
    )


def leaves_out(parts: Parts) -> bool:
    """Whether some of it, though not all, is taken away again entry by entry."""
    return any(part.undoes_exactly(other) for part in parts for other in parts)


def sums_left(parts: Parts) -> bool:
    """Whether a sum over the batch is among what is left when all else has been taken away."""
    return any(
        part.gathered is not None
        and part.gathered.samples
        and not any(part.undoes_exactly(other) for other in parts)
        for part in parts
    )


def short_of_a_share(parts: Parts) -> bool:
    """Whether it is a function of something less a share of the same: ``abs(x - x / N)``."""
    return any(lessened(part.atom.source) for part in parts if part.atom.source is not None)


def lessened(parts: Parts) -> bool:
    """Whether something is both added and taken away, however often: ``x - x / N``."""
    return any(
        one.atom == other.atom and one.negative is not other.negative for one in parts for other in parts
    )


def zero_beside_itself(parts: Parts) -> bool:
    """Whether it is a distance, so that of pairs of samples those of a sample with itself are zero."""
    return vanishes(parts) or all(
        part.atom.nonnegative
        and part.atom.exp_of is None
        and part.atom.source is not None
        and zero_beside_itself(part.atom.source)
        for part in parts
    )


def cancels(parts: Parts) -> bool:
    """Whether something may be taken away again."""
    return any(part.undoes(other) for part in parts for other in parts)


def vanishes(parts: Parts, *, exactly: bool = False) -> bool:
    """Whether all of it may be taken away again; ``exactly``: entry by entry, not only in sums."""
    undone = Part.undoes_exactly if exactly else Part.undoes
    return all(any(undone(part, other) for other in parts) for part in parts)


def in_shares(parts: Parts) -> bool:
    """Whether some of it adds up to the same for all data."""
    return any(part.atom.shared for part in parts)


def adds_up(parts: Parts) -> bool:
    """Whether the sum of all its entries is the same for all data."""
    return all(part.atom.shared for part in parts)


def alike(left: Parts, right: Parts) -> bool:
    """Whether both are made of the same, a number that was added aside: ``x`` and ``x + 1``."""
    made_of = [{(part.atom, part.counted, bool(part.gathered)) for part in parts} for parts in (left, right)]
    return made_of[0] == made_of[1] and not any(part.atom.several for part in left)


def undone_by(left: Parts, right: Parts) -> bool:
    """Whether a term of the first is one over the second: of ``(1 / x + y) * x`` a number is left of it."""
    return any(part.atom.over is not None and atoms(part.atom.over) == atoms(right) for part in left)


def reflected(parts: Parts) -> bool:
    """Whether it is something less twice its mean, perhaps: the sum of the squares is what it was."""
    return any(
        one.atom == mean.atom
        and one.negative is not mean.negative
        and one.gathered is None
        and mean.gathered is not None
        and mean.times == 2 * (one.times or 0)
        for one in parts
        for mean in parts
    )


def together(left: Parts, right: Parts, *, divided: bool = False) -> Fraction | None:
    """The exponent of a product of two powers of one thing, or of their quotient."""
    (one, base), (other, same_base) = _power(left), _power(right)
    if atoms(base) != atoms(same_base):
        return None
    return one - other if divided else one + other


def _power(parts: Parts) -> tuple[Fraction, Parts]:
    part = _single(parts)
    key = None if part is None else part.atom.key
    if isinstance(key, tuple) and isinstance(key[0], Fraction):
        return key[0], key[1]
    return ONE, parts


def same(left: Parts, right: Parts) -> bool:
    """Whether both are made of one and the same thing, or are roots of sums of the same."""
    one, two = _single(left), _single(right)
    if one is None or two is None:
        return False
    alike = one.atom == two.atom and not one.atom.several
    return alike or (one.atom.root_of is not None and one.atom.root_of == two.atom.root_of)


def one_root(left: Parts, right: Parts) -> bool:
    """Whether both are made of roots of sums of one thing, so that their product no longer is one."""
    roots = {None if part.atom.root_of is None else atoms(part.atom.root_of) for part in left | right}
    return len(roots) == 1 and None not in roots


def multiples(left: Parts, right: Parts) -> bool:
    """Whether both are multiples of one and the same thing, entry by entry."""
    return same(left, right) and not any(part.gathered for part in left | right)


def factor(left: Parts, right: Parts) -> bool:
    """Whether ``right`` is a product of which ``left`` is a factor."""
    one = _single(right)
    key = None if one is None else one.atom.key
    if one is not None and one.atom.twice and atoms(one.atom.source or ()) == atoms(left):
        return True
    factors = key[1] if isinstance(key, tuple) and key[0] == PRODUCT else ()
    moved = [atoms(one) for one in factors] if not any(part.gathered for part in left) else []
    return atoms(left) in moved or any(_apart_from_counts(left) == _apart_from_counts(one) for one in factors)


def _apart_from_counts(parts: Parts) -> frozenset[tuple[Atom, Gathering | None]]:
    return frozenset((part.atom, part.gathered) for part in parts)


def by_its_total(left: Parts, right: Parts) -> bool:
    """Whether the one is made of entries, and the other is a sum or mean of them."""
    return (
        same(left, right) and all(part.gathered for part in right) and not any(part.gathered for part in left)
    )


def one_value(left: Parts, right: Parts) -> bool:
    """Whether both are the same, entry by entry."""
    return left == right and exact(left) and not any(part.atom.several for part in left)


def rearranged(left: Parts, right: Parts) -> bool:
    """Whether something is in both, of which the entries stand elsewhere in one."""
    return any(one.atom == other.atom and one.gathered != other.gathered for one in left for other in right)


def share_norm(left: Parts, right: Parts) -> bool:
    """Whether something that was normalised over the batch is in both."""
    normed = {part.atom for part in left if part.atom.normed}
    return any(part.atom in normed for part in right)


def normed(parts: Parts) -> bool:
    """Whether all of it was normalised over the batch."""
    return all(part.atom.normed for part in parts)


def whole(parts: Parts) -> Atom | None:
    """The atom that this is, untouched."""
    one = _single(parts)
    plain = one is not None and one.times == 1 and not one.negative and one.gathered is None
    return one.atom if one is not None and plain and not one.atom.several else None


def sole(parts: Parts) -> Atom | None:
    """The one atom that this is made of."""
    one = _single(parts)
    return None if one is None else one.atom


def _single(parts: Parts) -> Part | None:
    part = next(iter(parts)) if len(parts) == 1 else None
    return None if part is None or part.shifted else part
