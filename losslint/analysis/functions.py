"""The batch calculus, functions of one operand and of two: powers, roots, logarithms, extrema, comparisons, choices.

What keeps a scale keeps the degree, what does not needs degree 0; either couples what only adds up over the batch.
Pure like ``algebra``, and read with it.
"""

from __future__ import annotations

from dataclasses import replace
from fractions import Fraction

from . import lineage, signs
from .algebra import NEGLIGIBLE, STEEP, add, add_constants, multiply, sunk
from .broadcasting import broadcast, in_place
from .degree import MIXED, UNKNOWN, ZERO, Degree, plus, same, times
from .joining import (
    At,
    aligned,
    bent,
    coupling,
    interaction,
    joined,
    nonhomogeneous,
    nothing_sure,
    of_unlike_entries,
    slopes,
    uncertain,
)
from .values import Kind, Offset, Spread, Tensor, finite, merge

FAR = 100
"""A bound of at least this size is there for what should never happen."""


def power(at: At, value: Tensor, exponent: Fraction | None) -> Tensor:
    """``value ** exponent``: the degree is multiplied. An exponent that is not known is a non-linear function."""
    if exponent is None:
        if value.degree == ZERO or value.degree is MIXED:
            return nonlinear(at, value)
        unclear = replace(
            value, degree=UNKNOWN, slope=UNKNOWN, reasons=merge(value.reasons, ("an exponent",))
        )
        return unclear if value.data else replace(unclear, slope=None)
    if exponent == 1:
        return value
    number = None
    if value.number is not None:
        try:
            number = finite(value.number ** float(exponent))
        except (ArithmeticError, TypeError):
            number = None
    root = exponent == Fraction(1, 2) and value.spread in (Spread.LINEAR, Spread.ADDITIVE)
    slope = None if value.slope is None else plus(value.slope, times(value.degree, exponent - 1))
    normed = lineage.share_norm(value.parts, value.parts)
    if slope is not None and normed:
        slope = UNKNOWN
    raised = bent(
        value,
        degree=times(value.degree, exponent),
        slope=slope,
        number=number,
        squared=value.spread if root else None,
    )
    positive = exponent % 2 == 0 or exponent.denominator % 2 == 0 or signs.nonnegative(value.parts)
    key = (exponent, value.parts) if lineage.exact(value.parts) else None
    root_of = value.parts if root else None
    over = value.parts if exponent == -1 else None
    atom = lineage.Atom(
        key,
        value.parts,
        over,
        root_of,
        vast=signs.vast(value.parts),
        nonnegative=positive,
        away=exponent < 0,
    )
    raised = replace(raised, parts=lineage.made(atom))
    if (normed and lineage.whole(value.parts) is not None) or (
        exponent == 2 and lineage.reflected(value.parts)
    ):
        raised = replace(raised, spread=raised.spread.doubtful)
    if exponent == 0:
        return Tensor(value.axes, number=1.0)
    if value.data and value.offset is Offset.TARGET and value.degree != ZERO:
        return nonhomogeneous(at, value, raised)
    if value.squared is not None and exponent == 2:  # the root is undone
        *others, last = value.flaws or (None,)
        flaws = value.flaws if last is None or last.kind is not Kind.STATISTIC else tuple(others)
        return replace(raised, spread=value.squared, flaws=flaws)
    return coupling(at, (value,), raised)


def homogeneous(at: At, value: Tensor) -> Tensor:
    """f(c·x) = c·f(x) for c > 0, so the degree is kept; batch sums couple."""
    after = bent(value)
    if value.slope is not None and (not isinstance(value.degree, Fraction) or value.axes.largest):
        after = replace(after, slope=UNKNOWN)  # its sign may turn as the batch grows
    if value.data and value.offset is Offset.TARGET and value.degree != ZERO:
        return nonhomogeneous(at, value, after)
    return coupling(at, (value,), after)


def rectified(at: At, value: Tensor, *, nonnegative: bool, even: bool = False) -> Tensor:
    """abs, relu, maximum(·, 0): homogeneous, and nothing happens to what is never below zero.

    ``nonnegative``: what comes out never is; ``even``: of what is never above zero it is the opposite.
    """
    if signs.nonnegative(value.parts):
        return value
    after = homogeneous(at, value)
    if signs.nonpositive(value.parts):  # nothing, or a share of it
        return negate(value) if even else nothing_sure(after)
    one_sided = signs.of_one_sign(value.parts) or signs.lopsided(value.parts)
    if one_sided or not signs.turns(value.parts):
        after = replace(after, spread=value.spread.doubtful)
    if nonnegative:
        far = signs.away(value.parts)
        vast = signs.vast(value.parts)
        atom = lineage.Atom(
            source=value.parts, vast=vast, nonnegative=True, away=far, zeros=not (even or far)
        )
        after = replace(after, parts=lineage.made(atom))
    return after


def nonlinear(at: At, value: Tensor, *, gradient: bool = True, nonnegative: bool = False) -> Tensor:
    """exp, sigmoid, softplus, clip…: degree 0 stays, any other becomes mixed (LL102)."""
    atom = lineage.Atom(source=value.parts, away=True, nonnegative=nonnegative)
    after = bent(value, count=False, parts=lineage.made(atom))
    if not gradient:
        after = replace(after, slope=None)
    if value.degree == ZERO:
        return coupling(at, (value,), after)
    if not gradient and value.data:  # of what shrinks nothing is left, and what grows hardly notices
        return uncertain(replace(after, spread=after.spread.doubtful), f"how {at.name} rounds")
    if isinstance(value.degree, Fraction):
        return nonhomogeneous(at, value, after)
    unlike = value.unlike or of_unlike_entries(value)
    slope = UNKNOWN if unlike else value.degree  # those may all be the same for all data
    return replace(after, slope=None if after.slope is None else slope)


def step_function(at: At, value: Tensor) -> Tensor:
    """sign, comparisons with zero: scale-free, no gradient."""
    atom = lineage.Atom(source=value.parts, step=True, idle=signs.idle(value.parts))
    step = bent(value, degree=ZERO, slope=None, raised=(), parts=lineage.made(atom))
    if value.spread > Spread.SAMPLE and not signs.turns(value.parts):  # of a sum of squares it is one
        return replace(step, spread=step.spread.doubtful)
    return coupling(at, (value,), step)


def altered(value: Tensor) -> Tensor:
    """A linear function of which the entries are not those that went in: another unit, some of them dropped."""
    return replace(value, number=0.0 if value.number == 0 else None, parts=lineage.fresh())


def negate(value: Tensor) -> Tensor:
    """``-value``."""
    number = None if value.number is None else -value.number
    shift = None if value.shift is None else -value.shift
    parts = lineage.scaled(value.parts, -1.0)
    return replace(value, number=number, shift=shift, permutation=False, parts=parts)


def stopped(value: Tensor) -> Tensor:
    """stop_gradient: the same value, no gradient."""
    return replace(value, slope=None)


def minimum(at: At, left: Tensor, right: Tensor) -> Tensor:
    """``minimum(left, right)``: a bound from above is no guard, it cuts off what grows."""
    return extremum(at, left, right, above=True)


def extremum(at: At, left: Tensor, right: Tensor, *, above: bool = False) -> Tensor:
    """maximum (minimum if ``above``): homogeneous in both operands together."""
    for value, bound in ((left, right), (right, left)):
        if bound.data or bound.weights:
            continue
        if bound.number == 0:
            flipped = negate(value) if above else value
            cut = rectified(at, flipped, nonnegative=True)
            return replace(negate(cut) if above else cut, axes=broadcast(left.axes, right.axes))
        if value.count and not above and bound.number is not None and bound.number <= 1:
            return replace(value, axes=broadcast(left.axes, right.axes))  # max(n, 1): no batch is empty
        if not value.data:
            return replace(
                add_constants(left, right, joined(left, right, axes=broadcast(left.axes, right.axes))),
                number=None,
            )
        return _bounded(at, value, bound, above=above)
    if left.axes == right.axes and lineage.one_value(left.parts, right.parts):
        return left
    never_below = [signs.nonnegative(value.parts) for value in (left, right)]
    positive = all(never_below) if above else any(never_below)
    both = joined(
        left,
        right,
        axes=broadcast(left.axes, right.axes),
        degree=same((left.degree, right.degree)),
        slope=slopes((left.slope, ZERO), (right.slope, ZERO)),
        spread=interaction(left, right),
        offset=max(left.offset, right.offset),
        shift=left.shift if left.shift == right.shift else None,
        parts=lineage.made(lineage.Atom(source=left.parts | right.parts, nonnegative=positive)),
    )
    apart = signs.away(left.parts) or signs.away(right.parts)
    sure = signs.either_larger(left.parts, right.parts) and not (apart and left.spread is not right.spread)
    if both.degree is both.slope is MIXED:  # of two such, the larger may hold no term that bends
        both = replace(both, slope=UNKNOWN)
    if signs.ordered(left.parts, right.parts) or not sure:
        both = replace(both, spread=Spread.UNKNOWN if both.axes.batches > 1 else both.spread.doubtful)
    running = any(value.offset is Offset.TARGET and value.compared is None for value in (left, right))
    if left.degree != right.degree or running:
        return replace(uncertain(both, "which of two is the larger"), spread=both.spread.doubtful)
    return coupling(at, (left, right), both)


def _bounded(at: At, value: Tensor, bound: Tensor, *, above: bool) -> Tensor:
    """``maximum(x, c)``: a guard where x grows with the batch, a clip where it does not."""
    if not above and (bound.number or 0) < 0 and signs.nonnegative(value.parts):
        return replace(value, axes=broadcast(value.axes, bound.axes))
    cut = _cut(at, value, bound, above=above)
    if not signs.vast(value.parts):
        cut = replace(cut, spread=cut.spread if cut.spread is value.spread else value.spread.doubtful)
    if not _never_reached(value, bound, above=above):
        return cut
    slope = None if cut.slope is None else UNKNOWN
    return replace(cut, spread=cut.spread.doubtful, slope=slope, parts=value.parts)


def _cut(at: At, value: Tensor, bound: Tensor, *, above: bool) -> Tensor:
    """``maximum(x, c)`` where the bound may well be reached."""
    axes = broadcast(value.axes, bound.axes)
    if value.degree == ZERO and bound.degree != ZERO:
        degree: Degree = UNKNOWN if bound.degree is UNKNOWN else MIXED
        return replace(
            nonlinear(at, value), axes=axes, degree=degree, slope=None if value.slope is None else degree
        )
    if (
        not above
        and isinstance(value.degree, Fraction)
        and value.degree > 0
        and bound.degree == ZERO
        and (bound.number or 2) <= 1
    ):
        sure = signs.nonnegative(value.parts)
        spread = value.spread if sure else value.spread.bent
        usual = bound.number is None or bound.number == 1 or bound.number <= NEGLIGIBLE
        if not sure and (value.offset is Offset.TARGET or not usual or signs.kept_below(value.parts)):
            cut = replace(bent(value), axes=axes, spread=spread.doubtful)
            return uncertain(cut, "how far a bound is")
        if not sure and signs.of_one_sign(value.parts):
            spread = spread.doubtful
        return replace(value, axes=axes, offset=max(value.offset, Offset.SMOOTH), spread=spread)
    towards_zero = bound.number is not None and (bound.number > 0 if above else bound.number < 0)
    if isinstance(value.degree, Fraction) and value.degree < 0 and bound.degree == ZERO and towards_zero:
        # What shrinks ends up within the bound, and is cut off before that or not.
        inside = bent(value, axes=axes)
        linear = value.spread in (Spread.LINEAR, Spread.ADDITIVE)
        inside = replace(inside, spread=Spread.UNKNOWN) if linear else inside
        far = bound.number is not None and abs(bound.number) >= FAR
        return inside if far else uncertain(inside, "how far a bound is")
    guards = not above and bound.number is not None and 0 < bound.number <= NEGLIGIBLE
    if guards and value.degree == ZERO and signs.nonnegative(value.parts):  # never reached but by nothing
        return replace(
            value, axes=axes, parts=lineage.made(lineage.Atom(source=value.parts, nonnegative=True))
        )
    if bound.degree == value.degree:
        cut = replace(homogeneous(at, value), axes=axes)
        atom = lineage.Atom(source=value.parts, flat=True, nonnegative=_cut_above_zero(value, bound, above))
        return replace(cut, parts=lineage.made(atom))
    if bound.number is not None and abs(bound.number) <= NEGLIGIBLE:
        positive = not above and (bound.number or 0) >= 0
        cut = homogeneous(at, value) if above else rectified(at, value, nonnegative=positive)
        return sunk(
            value, bound, replace(cut, axes=axes), cut=positive and not signs.nonnegative(value.parts)
        )
    positive = _cut_above_zero(value, bound, above)
    atom = lineage.Atom(source=value.parts, away=True, flat=True, nonnegative=positive)
    cut = replace(nonlinear(at, value), axes=axes, parts=lineage.made(atom))
    if value.degree is MIXED and value.slope is not None:
        cut = replace(cut, slope=UNKNOWN)
    grows = value.degree is MIXED or (isinstance(value.degree, Fraction) and value.degree > 0)
    steep = above and isinstance(value.degree, Fraction) and value.degree > 1
    if steep or (grows and signs.away(value.parts)):
        return uncertain(replace(cut, spread=cut.spread.doubtful), "how far a bound is")
    return cut


def _never_reached(value: Tensor, bound: Tensor, *, above: bool) -> bool:
    """Whether all data may lie on one side of a bound: a sum with a constant, shares of one, squares above ``-1``."""
    if bound.number is None:
        return False
    if above:
        return bound.number >= 0 and (lineage.adds_up(value.parts) or signs.nonpositive(value.parts))
    return signs.nonnegative(value.parts) and signs.away(value.parts)


def _cut_above_zero(value: Tensor, bound: Tensor, above: bool) -> bool:
    """Whether nothing of ``maximum(value, bound)``, or of the minimum, is below zero."""
    positive = bound.number is not None and bound.number >= 0
    return positive and (not above or signs.nonnegative(value.parts))


def squared_difference(at: At, left: Tensor, right: Tensor) -> Tensor:
    """``(left - right)²``."""
    return power(at, add(at, left, right, negative=True), Fraction(2))


def compare(at: At, left: Tensor, right: Tensor) -> Tensor:
    """A comparison or logical operation: a mask of degree 0 without gradient."""
    mask = joined(
        left,
        right,
        axes=broadcast(left.axes, right.axes),
        spread=interaction(*(replace(value, spread=value.spread.bent) for value in (left, right))),
    )
    mask = replace(mask, raised=(), opaque=mask.opaque and not mask.data, nominal="", static=False, half="")
    ordered = signs.ordered(left.parts, right.parts)
    # Compared with itself, or with itself and a number: the same whatever the data are.
    if left.data and in_place(left.axes, right.axes) and lineage.alike(left.parts, right.parts):
        return nothing_sure(mask)
    if ordered:
        if left.axes.batches != right.axes.batches:  # none of the batch is above the largest, one as large
            mask = uncertain(mask, "which of two is the larger")
        mask = replace(mask, spread=mask.spread.doubtful)
    idle = ordered or any(
        one.number is not None
        and (signs.never_at(other.parts) or (one.number == 0 and signs.of_one_side(other.parts)))
        for one, other in ((left, right), (right, left))
    )
    asked = signs.NOBODY.union(*(value.parts for value in (left, right) if value.data))
    mask = replace(
        mask, parts=lineage.made(lineage.Atom(source=asked, nonnegative=True, step=True, idle=idle))
    )
    degrees = {value.degree for value in (left, right) if value.number != 0}
    if UNKNOWN in degrees:
        return replace(mask, degree=UNKNOWN)
    if left.gain is not None and left.gain == right.gain:  # two logarithms that gain alike
        return coupling(at, (left, right), mask)
    zero = 0 in (left.number, right.number)
    if mask.data and any(_perhaps_bounded(value, zero=zero) for value in (left, right)):
        return replace(uncertain(mask, "which of two is the larger"), spread=mask.spread.doubtful)
    running = any(value.offset is Offset.TARGET and value.compared is None for value in (left, right))
    if mask.data and running:  # of running sums, most may be on one side of it
        return replace(uncertain(mask, "which of two is the larger"), spread=mask.spread.doubtful)
    if left.data and right.data and left.degree != right.degree:
        return replace(uncertain(mask, "which of two is the larger"), spread=mask.spread.doubtful)
    if mask.data and (len(degrees) > 1 or MIXED in degrees):
        shrinks = any(
            isinstance(value.degree, Fraction)
            and value.degree < 0
            and (value.degree <= STEEP or not signs.vast(value.parts))
            for value in (left, right)
        )
        return uncertain(mask, "which of two is the larger") if shrinks else replace(mask, degree=MIXED)
    data = [value for value in (left, right) if value.data]
    if len(data) == 1:  # how many of a mask hold may be none, or more than any number
        turns = signs.turns if zero else signs.vast
        sure = turns(data[0].parts) or signs.steps(data[0].parts)
    else:
        sure = signs.either_larger(left.parts, right.parts)
    if not sure:
        mask = replace(mask, spread=mask.spread.doubtful)
    if zero and any(lineage.normed(value.parts) for value in (left, right)):  # the norm turns no sign
        return replace(mask, spread=mask.spread.doubtful)
    return mask if zero else coupling(at, (left, right), mask)


def _perhaps_bounded(value: Tensor, *, zero: bool) -> bool:
    """Whether it was made mixed by what may keep it to one side of whatever it is compared with, or of ``zero``."""
    kinds = (Kind.NONLINEAR, Kind.ORDER, *((Kind.UNEQUAL,) if zero else ()))
    return value.degree is MIXED and any(flaw.kind in kinds for flaw in value.flaws)


def choose(at: At, condition: Tensor, left: Tensor, right: Tensor) -> Tensor:
    """``where(condition, left, right)``: the degrees must agree as in a sum; the condition masks."""
    if left.data and (left is right or lineage.one_value(left.parts, right.parts)):  # the same either way
        return replace(left, axes=broadcast(condition.axes, broadcast(left.axes, right.axes)))
    positive = all(
        signs.nonnegative(value.parts) if value.number is None else value.number >= 0
        for value in (left, right)
    )
    zeros = 0 in (left.number, right.number)
    unshifted = [  # chosen from, not added
        replace(
            value,
            shift=None,
            parts=lineage.made(
                lineage.Atom(
                    ("chosen", value.parts) if lineage.exact(value.parts) else None,
                    value.parts,
                    vast=signs.vast(value.parts),
                    nonnegative=positive,
                    zeros=zeros,
                )
            ),
        )
        for value in (left, right)
    ]
    chosen = add(at, *unshifted) if left.data or right.data else replace(left, number=None)
    if left.number is not None and right.number is not None:
        chosen = Tensor(broadcast(left.axes, right.axes))
    if left.data and right.data and not aligned(left, right):  # which samples meet is not known
        chosen = replace(chosen, spread=Spread.UNKNOWN)
    mask = replace(condition, slope=None)
    counts = not condition.data and chosen.degree is MIXED  # no batch is empty: perhaps it always holds
    if counts or (condition.slope is not None and condition.degree != ZERO):  # so does what is never zero
        chosen = uncertain(chosen, "which of two is chosen")
        mask = replace(mask, spread=mask.spread.doubtful)
    bounded = condition.degree == ZERO and MIXED in (left.degree, right.degree)
    if chosen.degree is MIXED and signs.answered(condition.parts, chosen.parts, bounded=bounded):
        chosen = uncertain(chosen, "which of two is chosen")
    product = multiply(at, mask, replace(chosen, offset=Offset.NONE))
    if product.degree is MIXED and product.slope is not None:  # the other may never be chosen
        product = replace(product, slope=UNKNOWN)
    return replace(product, number=None, count=False)
