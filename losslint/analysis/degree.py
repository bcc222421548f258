"""The batch degree: how a value grows when every sample of the batch is repeated.

``x`` has degree ``p`` when ``x(B^k) = k**p * x(B)`` for every batch ``B`` and every ``k``. Degrees behave like the
exponents of a physical unit: products add them, powers scale them, sums demand equality.
"""

from __future__ import annotations

from collections.abc import Iterable
from enum import Enum
from fractions import Fraction
from typing import TypeAlias


class NoDegree(Enum):
    """Why a value has no single degree."""

    MIXED = "mixed"
    """No power of N describes it."""
    UNKNOWN = "unknown"
    """The analysis cannot tell."""


MIXED = NoDegree.MIXED
UNKNOWN = NoDegree.UNKNOWN
Degree: TypeAlias = Fraction | NoDegree
ZERO = Fraction(0)
ONE = Fraction(1)


def plus(left: Degree, right: Degree) -> Degree:
    """Degree of a product: the sum of the degrees. What is unknown stays unknown, then mixed stays mixed."""
    if isinstance(left, Fraction) and isinstance(right, Fraction):
        return left + right
    return UNKNOWN if UNKNOWN in (left, right) else MIXED


def times(degree: Degree, factor: Fraction) -> Degree:
    """Degree of a power: ``factor`` times the degree."""
    if factor == 0:
        return ZERO
    return degree * factor if isinstance(degree, Fraction) else degree


def minus(left: Degree, right: Degree) -> Degree:
    """Degree of a quotient."""
    return plus(left, times(right, Fraction(-1)))


def same(degrees: Iterable[Degree]) -> Degree:
    """The one degree that all share, else mixed (unknown if any is unknown)."""
    found = set(degrees)
    if len(found) == 1:
        return found.pop()
    return UNKNOWN if UNKNOWN in found else MIXED


def spell(degree: Degree) -> str:
    """As the interface spells it: ``"0"``, ``"-1"``, ``"1/2"``, ``"mixed"``, ``"unknown"``."""
    return str(degree) if isinstance(degree, Fraction) else degree.value


def power_of_n(degree: Degree) -> str:
    """As a message spells it: ``N^1``, ``N^(1/2)``, ``no single power of N``, ``an unknown power of N``."""
    if isinstance(degree, Fraction):
        return f"N^{degree}" if degree.denominator == 1 else f"N^({degree})"
    return "no single power of N" if degree is MIXED else "an unknown power of N"
