"""Logarithms: a factor of N in the argument becomes a term in log N, which a difference or an exponential undoes."""

from __future__ import annotations

from dataclasses import replace
from fractions import Fraction

from . import lineage, signs
from .degree import MIXED, ZERO, minus, plus
from .functions import nonlinear
from .joining import At, coupling
from .values import Offset, Tensor

LARGEST_DENOMINATOR = 6
"""Powers that are no simpler than this are none: nothing that measures could tell them."""


def logarithm(at: At, value: Tensor, *, plus_one: bool = False) -> Tensor:
    """``log(x)``: mixed where x scales, but only by a shift: the gradient merely loses the degree of x.

    ``plus_one``: ``log(1 + x)``, which shifts by nothing in particular.
    """
    after = nonlinear(at, value)
    if plus_one or value.offset is not Offset.NONE or not isinstance(value.degree, Fraction):
        return after
    if value.degree == ZERO:
        return after
    slope = None if value.slope is None else minus(value.slope, value.degree)
    return replace(after, slope=slope, shift=value.degree)


def exponential(at: At, value: Tensor) -> Tensor:
    """``exp(x)``: what x gains with log k is a power of k again."""
    after = nonlinear(at, value)
    if value.degree is not MIXED or value.shift is None or value.shift.denominator > LARGEST_DENOMINATOR:
        return after
    slope = None if value.slope is None else plus(value.slope, value.shift)
    return coupling(at, (value,), replace(after, degree=value.shift, slope=slope))


def undone(at: At, value: Tensor) -> Tensor:
    """The natural logarithm, entry by entry: of an exponential what it was made of."""
    atom = lineage.whole(value.parts)
    if atom is not None and atom.exp_of is not None:
        return replace(atom.exp_of, axes=value.axes)
    return replace(
        logarithm(at, value),
        parts=lineage.made(lineage.Atom(source=value.parts, log_of=value, vast=signs.vast(value.parts))),
    )


def raised(at: At, value: Tensor) -> Tensor:
    """The exponential, entry by entry: of a logarithm what it was taken of."""
    atom = lineage.whole(value.parts)
    if atom is not None and atom.log_of is not None:
        return replace(atom.log_of, axes=value.axes)
    whole = lineage.made(
        lineage.Atom(
            source=value.parts, exp_of=value, vast=signs.vast(value.parts), nonnegative=True, away=True
        )
    )
    return replace(exponential(at, value), parts=whole)


def unshifted(value: Tensor) -> Tensor:
    """``value`` for a function that a common shift of all entries does not change (variance, softmax)."""
    return replace(value, degree=ZERO, shift=None) if value.shift is not None else value
