"""On which side of zero a value lies, and how far it goes: told from what it is made of (see ``lineage``).

Whether samples interact in a rectifier, an extremum or a comparison hangs on it: where all data are on one side,
nothing is cut off, and one of two is always the larger.
"""

from __future__ import annotations

from . import lineage
from .lineage import Atom, Parts

NOBODY: Parts = frozenset()
FAR_BACK = 4
"""So many functions deep it is looked for what something is made of."""


def nonnegative(parts: Parts) -> bool:
    """Whether no entry is below zero, as far as it can be told."""
    return all(part.atom.nonnegative and not (part.negative or part.lowered) for part in parts)


def nonpositive(parts: Parts) -> bool:
    """Whether no entry is above zero, as far as it can be told."""
    return all(part.atom.nonnegative and part.negative and not part.shifted for part in parts)


def of_one_side(parts: Parts) -> bool:
    """Whether all of it is known to be above zero, or below."""
    return nonnegative(parts) or nonpositive(parts)


def drawn(parts: Parts, *, several: bool = False, by: Parts = NOBODY) -> Parts:
    """Some of its entries, nobody knows which; ``several``: each time another one.

    ``by`` a mask: chosen by what they are they may all be above zero, and by one that never holds there are none.
    """
    itself = tells_on(by, parts)
    below = nonpositive(parts) and not nonnegative(parts)
    atom = Atom(
        source=parts,
        vast=vast(parts),
        nonnegative=below or nonnegative(parts),
        step=steps(parts),
        several=several,
        zeros=itself or zeros(parts),
        twice=itself or any(part.atom.twice for part in parts),
        shared=not by and all(part.atom.shared for part in parts),
        idle=bool(by) and idle(by),
    )
    return lineage.scaled(lineage.made(atom), -1.0) if below else lineage.made(atom)


def away(parts: Parts) -> bool:
    """Whether it may never come near zero."""
    return any(part.atom.away or part.shifted for part in parts)


def kept_below(parts: Parts, depth: int = FAR_BACK) -> bool:
    """Whether something may have been taken away, so that it is below zero for most data."""
    return any(
        not part.atom.nonnegative
        and (
            part.lowered or part.negative or (depth > 0 and kept_below(part.atom.source or NOBODY, depth - 1))
        )
        for part in parts
    )


def steps(parts: Parts) -> bool:
    """Whether its entries are a few numbers."""
    return all(part.atom.step for part in parts)


def may_vanish(parts: Parts) -> bool:
    """Whether all of its entries may be zero, or none of them chosen."""
    return all(part.atom.zeros for part in parts)


def zeros(parts: Parts) -> bool:
    """Whether some of its entries may be zero, and none below."""
    return nonnegative(parts) and all(part.atom.zeros or part.atom.step for part in parts)


def idle(parts: Parts) -> bool:
    """Whether all of it may be the same for all data."""
    return all(part.atom.idle for part in parts)


def never_at(parts: Parts) -> bool:
    """Whether it may keep away from any number: what is kept from zero, and masks with a constant added."""
    if steps(parts):
        return any(part.shifted for part in parts)
    return away(parts)


def flat(parts: Parts) -> bool:
    """Whether all of it may have come to a bound."""
    return all(part.atom.flat for part in parts)


def ordered(left: Parts, right: Parts) -> bool:
    """Whether one is a function of the other, as the least of all entries is: it may always be the larger."""
    if any(part in right for part in left if part.gathered is not None):  # one is added to the other
        return True
    if all(part.gathered is not None for part in left | right) and (
        tells_on(left, right) or tells_on(right, left)
    ):  # a sum, and one of sizes of the same
        return True
    if any(
        all(part.atom.extreme and (part.times or 1) >= 1 for part in one) and tells_on(one, other)
        for one, other in ((left, right), (right, left))
    ):  # the largest, or more of it
        return True
    return lineage.alike(left, right) or any(
        atom is not None and all(_made_of(atom, part.atom) for part in other)
        for atom, other in ((lineage.whole(left), right), (lineage.whole(right), left))
    )


def _made_of(atom: Atom, of: Atom, depth: int = FAR_BACK) -> bool:
    """Whether an atom is a function of another one."""
    return depth > 0 and any(
        part.atom == of or _made_of(part.atom, of, depth - 1) for part in atom.source or ()
    )


def of_one_sign(parts: Parts) -> bool:
    """Whether all of it may be above zero, or below: squares among others, or something and a function of it."""
    return any(part.atom.twice for part in parts) or any(
        any(part.atom == other.atom for part in one.atom.source or ()) for one in parts for other in parts
    )


def tells_on(parts: Parts, other: Parts) -> bool:
    """Whether the first is a function of something that is in the other."""
    return any(_made_of(part.atom, one.atom) for part in parts for one in other)


def answered(mask: Parts, chosen: Parts, *, bounded: bool) -> bool:
    """Whether what a mask chooses from may hang on what it asks: a choice by the same, or values it keeps small.

    ``bounded``: among them are some that a bound may have cut, if they are not small.
    """
    asked = frozenset[Atom]().union(*(lineage.atoms(part.atom.source or ()) for part in mask))
    within = _all_of(chosen)
    return (bounded and not asked.isdisjoint(within)) or any(
        atom.step and lineage.atoms(atom.source or ()) == asked for atom in within
    )


def _all_of(parts: Parts, depth: int = FAR_BACK) -> frozenset[Atom]:
    """The atoms that something is made of entry by entry, and those that they are made of."""
    here = lineage.atoms(part for part in parts if part.gathered is None)
    return here.union(*(_all_of(atom.source, depth - 1) for atom in here if atom.source and depth))


def short_of_its_extreme(parts: Parts, how: str, depth: int = FAR_BACK) -> bool:
    """Whether it is something less its own largest entry, or a function of that, so that its largest is zero.

    ``how``: of which the extreme is asked for, ``max`` or ``min``.
    """
    other_way = {"max": "min", "min": "max"}[how]
    return any(
        one.negative is not other.negative
        and one.atom.extreme == (how if one.negative else other_way)
        and any(part.atom == other.atom for part in one.atom.source or ())
        for one in parts
        for other in parts
    ) or (
        depth > 0
        and any(short_of_its_extreme(part.atom.source, how, depth - 1) for part in parts if part.atom.source)
    )


def lopsided(parts: Parts) -> bool:
    """Whether sums of what is not below zero stand beside entries: they may always be larger.

    That goes for entries of another such thing, and for those that were summed up.
    """
    sums, entries = (
        lineage.atoms(part for part in parts if bool(part.gathered) is summed) for summed in (True, False)
    )
    return (
        bool(sums and entries)
        and sums != entries
        and all(atom.nonnegative for atom in sums)
        and all(atom.nonnegative or any(_made_of(one, atom) for one in sums) for atom in entries)
    )


def _vast(atom: Atom) -> bool:
    """Whether an atom is as large as anybody likes, or nothing is known of it."""
    return atom.vast or (atom.source is None and not (atom.shared or atom.normed or atom.step or atom.flat))


def vast(parts: Parts) -> bool:
    """Whether it passes any bound for some data."""
    return any(_vast(part.atom) for part in parts)


def turns(parts: Parts) -> bool:
    """Whether it is above zero for some data, and below for others."""
    large = [part for part in parts if _vast(part.atom)]
    below = any(not part.atom.nonnegative or part.negative or part.lowered for part in large)
    above = any(not part.atom.nonnegative or not part.negative or part.shifted for part in large)
    return below and above


def either_larger(left: Parts, right: Parts) -> bool:
    """Whether now the one and now the other is larger."""
    return any(map(_vast, lineage.atoms(left) ^ lineage.atoms(right))) and not lopsided(left | right)


def product_is_nonnegative(left: Parts, right: Parts) -> bool:
    """Whether two factors have one sign: neither is below zero, or they are one value."""
    return lineage.one_value(left, right) or (nonnegative(left) and nonnegative(right))
