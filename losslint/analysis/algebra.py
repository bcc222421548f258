"""The batch calculus, arithmetic: how sums, products and ratios move degree and spread (``functions`` has the rest).

Every function is pure: tensors in, a tensor out, flaws and trail included. ``at`` says where the operation stands and
what it is called. The rules are the table in section 2 of the design, restated at each function; slopes follow from
differentiating them.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from fractions import Fraction

from . import lineage, signs
from .axes import SCALAR, Axes
from .broadcasting import broadcast, in_place, perhaps_in_place
from .degree import MIXED, UNKNOWN, ZERO, Degree, minus, plus, power_of_n, same, times
from .joining import (
    At,
    by_order_alone,
    coupling,
    flawed,
    gradient_unsure,
    interaction,
    joined,
    nonhomogeneous,
    nothing_sure,
    separable,
    slopes,
    spread_out,
    superposition,
    together,
    uncertain,
)
from .values import Flaw, Kind, Offset, Spread, Tensor, finite, merge

NEGLIGIBLE = 1e-3
"""A constant of at most this size beside data is a guard (an epsilon), not a term."""
TINY, STEEP = 1e-7, -2
"""The same beside data that shrink with the batch, unless they do so this fast."""


def _number(left: Tensor, right: Tensor, compute: Callable[[float, float], float]) -> float | None:
    if left.number is None or right.number is None:
        return None
    try:
        return finite(compute(left.number, right.number))
    except (ArithmeticError, ValueError):
        return None


def add(at: At, left: Tensor, right: Tensor, *, negative: bool = False) -> Tensor:
    """``left + right`` (``left - right`` if ``negative``): equal degrees are kept, unequal ones are LL103."""
    axes = broadcast(left.axes, right.axes)
    if right.number == 0 and not right.data:
        return replace(left, axes=axes)
    if left.number == 0 and not left.data:
        parts = lineage.scaled(right.parts, -1.0) if negative else right.parts
        return replace(right, axes=axes, number=None, parts=parts)
    number = _number(left, right, lambda a, b: a - b if negative else a + b)
    if not left.data and not right.data and not (left.weights or right.weights):
        sum_ = add_constants(left, right, joined(left, right, axes=axes, number=number))
        return replace(sum_, freedom=True) if negative and left.count and right.number == 1 else sum_
    for value, other, flipped in ((left, right, False), (right, left, negative)):
        if value.data and not other.data and not other.weights:
            sum_ = _add_constant(at, value, other, axes, compared=negative or flipped)
            shift = _gained(left, right, negative)
            if shift is not None and MIXED in (left.degree, right.degree):
                sum_ = replace(sum_, degree=ZERO if shift == ZERO else MIXED)
            parts = lineage.scaled(value.parts, -1.0) if negative and value is right else value.parts
            parts = lineage.shifted(parts, lowered=_lowers(other, negative=negative and other is right))
            sum_ = replace(sum_, shift=shift, separable=separable(axes, value), parts=parts)
            return _levelled(at, (left, right), sum_)
    shift = _gained(left, right, negative)
    alike = negative and _mixed_alike(left, right)
    degree = UNKNOWN if alike else same((left.degree, right.degree))
    sum_ = joined(
        left,
        right,
        axes=axes,
        degree=ZERO if shift == ZERO else degree,
        slope=together(left, right),
        spread=superposition(left, right),
        offset=max(left.offset, right.offset),
        diagonal=left.diagonal and right.diagonal,
        shift=shift,
        separable=separable(axes, left, right),
        parts=lineage.summed(left.parts, right.parts, negative=negative),
    )
    sum_ = _cancelled(left, right, sum_)
    sum_ = _levelled(at, (left, right), spread_out(at, left, right, sum_))
    if left.diagonal != right.diagonal:  # the diagonal is a vanishing share of an N×N matrix
        full = right if left.diagonal else left
        return replace(sum_, degree=full.degree, slope=full.slope)
    if any(value.degree != ZERO and by_order_alone(value) for value in (left, right)):
        return sum_  # a softmax over the batch has been named already
    if sum_.degree is MIXED and isinstance(left.degree, Fraction) and isinstance(right.degree, Fraction):
        message = f"adds terms that scale as {power_of_n(left.degree)} and {power_of_n(right.degree)}"
        return flawed(at, Kind.UNEQUAL, sum_, message)
    return sum_


def _lowers(constant: Tensor, *, negative: bool) -> bool:
    """Whether something may be the less for a constant that is added, or taken away (``negative``)."""
    if constant.number is not None:
        return (constant.number < 0) is not negative
    return negative or not signs.nonnegative(constant.parts)


def _cancelled(left: Tensor, right: Tensor, sum_: Tensor) -> Tensor:
    """A sum whose terms may leave nothing of each other, or no longer what made one of them mixed."""
    short = lineage.short_of_a_share(left.parts) or lineage.short_of_a_share(right.parts)
    if short and MIXED in (left.degree, right.degree):
        return uncertain(sum_)
    if (left.freedom or right.freedom) and sum_.degree is MIXED and lineage.lessened(sum_.parts):
        return uncertain(sum_)  # x / (N - 1) - x / (N - 1) / N
    if sum_.degree is MIXED and (signs.idle(left.parts) or signs.idle(right.parts)):
        return uncertain(sum_, "whether a mask ever holds")
    if not lineage.cancels(sum_.parts):
        return sum_
    if lineage.leaves_out(sum_.parts):  # what made it interact, perhaps
        sure = sum_.spread if sum_.spread is Spread.LINEAR and lineage.sums_left(sum_.parts) else None
        sum_ = gradient_unsure(sum_)
        sum_ = replace(sum_, spread=sure or sum_.spread)
        if sum_.axes.batches > 1:
            sum_ = replace(sum_, spread=Spread.UNKNOWN)
    if MIXED in (left.degree, right.degree):
        return uncertain(sum_)
    exactly = sum_.axes != SCALAR
    alike = left.degree == right.degree and perhaps_in_place(left.axes, right.axes)
    return nothing_sure(sum_) if alike and lineage.vanishes(sum_.parts, exactly=exactly) else sum_


def _gained(left: Tensor, right: Tensor, negative: bool) -> Fraction | None:
    """What a sum gains with log k: in a difference of two logarithms the shifts may cancel."""
    if left.gain is None or right.gain is None:
        return None
    return left.gain - right.gain if negative else left.gain + right.gain


def _mixed_alike(left: Tensor, right: Tensor) -> bool:
    """Whether one function made both mixed, so that a difference may leave out what it made of N."""
    if left.degree is not MIXED or right.degree is not MIXED:
        return False
    kinds = (Kind.NONLINEAR, Kind.ORDER)
    made = [{flaw.operation for flaw in value.flaws if flaw.kind in kinds} for value in (left, right)]
    return not made[0].isdisjoint(made[1])


def _levelled(at: At, before: tuple[Tensor, ...], sum_: Tensor) -> Tensor:
    """Where logarithms have cancelled the batch size, their arguments are statistics, no longer batch sums."""
    if sum_.degree != ZERO or all(value.degree is not MIXED for value in before):
        return sum_
    flaws = tuple(
        replace(
            flaw,
            kind=Kind.STATISTIC,
            step=replace(flaw.step, message=f"{flaw.operation} of a statistic of the batch"),
        )
        if flaw.kind is Kind.NONLINEAR
        else flaw
        for flaw in sum_.flaws
    )
    return replace(sum_, flaws=flaws, raised=())


def add_constants(left: Tensor, right: Tensor, sum_: Tensor) -> Tensor:
    """Counts and numbers: ``N - 1`` grows as N does."""
    degrees = (left.degree, right.degree)
    if left.degree == right.degree:
        degree = left.degree
    elif isinstance(left.degree, Fraction) and isinstance(right.degree, Fraction):
        degree = max(left.degree, right.degree)
        sum_ = replace(sum_, offset=Offset.SMOOTH)
    else:
        degree = UNKNOWN if UNKNOWN in degrees else MIXED
    return replace(
        sum_, degree=degree, count=left.count or right.count, diagonal=left.diagonal and right.diagonal
    )


def _add_constant(at: At, value: Tensor, other: Tensor, axes: Axes, *, compared: bool) -> Tensor:
    """Data plus a constant: the constant shifts the value and leaves the gradient alone."""
    sum_ = joined(
        value,
        other,
        axes=axes,
        degree=value.degree,
        slope=value.slope,
        spread=value.spread,
        offset=value.offset,
    )
    if value.degree == other.degree:
        return sum_
    if other.number is not None and abs(other.number) <= NEGLIGIBLE:
        return sunk(value, other, sum_)
    if other.opaque and value.raised:
        return sum_
    if not isinstance(value.degree, Fraction) or not isinstance(other.degree, Fraction):
        return replace(sum_, degree=UNKNOWN if UNKNOWN in (value.degree, other.degree) else MIXED)
    if value.degree < other.degree:
        return replace(sum_, degree=MIXED)
    if signs.may_vanish(value.parts):  # then the constant is all there is
        return uncertain(sum_, "whether a mask ever holds")
    if compared or (other.number is not None and other.number < 0):
        step = at.step(f"sets a constant against a value that scales as {power_of_n(value.degree)}")
        return replace(sum_, offset=Offset.TARGET, compared=step)
    return replace(sum_, offset=max(Offset.SMOOTH, value.offset))


def sunk(value: Tensor, guard: Tensor, result: Tensor, *, cut: bool = False) -> Tensor:
    """``result`` with a guard against zero: what shrinks with the batch falls below a coarse one.

    ``cut``: all that is below zero has become the guard.
    """
    if not isinstance(value.degree, Fraction) or value.degree >= 0:
        return result
    if abs(guard.number or 0) <= TINY and value.degree > STEEP and not (cut and guard.number):
        return result
    slope = None if result.slope is None else UNKNOWN
    return replace(result, degree=UNKNOWN, slope=slope, reasons=merge(result.reasons, (f"{guard.number:g}",)))


def multiply(at: At, left: Tensor, right: Tensor) -> Tensor:
    """``left * right``: degrees add; two factors with data interact."""
    if any(value.number == 0 and not value.data for value in (left, right)):
        return Tensor(broadcast(left.axes, right.axes), number=0.0)  # whatever it is zero times of
    product = joined(
        left,
        right,
        axes=broadcast(left.axes, right.axes),
        degree=plus(left.degree, right.degree),
        slope=slopes((left.slope, _factor(right)), (right.slope, _factor(left))),
        spread=interaction(left, right),
        offset=_offset(left, right),
        diagonal=left.diagonal or right.diagonal,
        count=left.count or right.count if not (left.data or right.data) else False,
        freedom=left.freedom or right.freedom,
        number=_number(left, right, lambda a, b: a * b),
        shift=_scaled_shift(left, right.number)
        if right.number is not None
        else _scaled_shift(right, left.number),
    )
    if not (left.data or right.data):
        for value, factor in ((left, right), (right, left)):
            if factor.number is not None:
                product = replace(product, parts=lineage.scaled(value.parts, factor.number))
    elif left.data != right.data:
        value = left if left.data else right
        factor = right if value is left else left
        product = replace(
            product,
            separable=separable(product.axes, value),
            squared=value.squared,
            parts=_times(value, factor, factor.number),
        )
    elif lineage.one_root(left.parts, right.parts):
        product = replace(product, spread=product.spread.doubtful)
    elif lineage.share_norm(left.parts, right.parts):
        product = replace(product, slope=None if product.slope is None else UNKNOWN)
        if lineage.same(left.parts, right.parts):
            product = replace(product, spread=product.spread.doubtful)
    if left.data and right.data:
        exponent = lineage.together(left.parts, right.parts)
        if exponent == ZERO:  # a number, where it is not zero
            product = nothing_sure(product)
        elif exponent == 1:
            product = replace(product, spread=product.spread.doubtful)
        left_out = lineage.leaves_out(left.parts) or lineage.leaves_out(right.parts)
        undone = lineage.undone_by(left.parts, right.parts) or lineage.undone_by(right.parts, left.parts)
        if left_out or undone or signs.idle(left.parts) or signs.idle(right.parts):
            product = gradient_unsure(product)
        atom = lineage.Atom(
            (lineage.PRODUCT, frozenset((left.parts, right.parts)))
            if lineage.exact(left.parts) and lineage.exact(right.parts)
            else None,
            left.parts | right.parts,
            vast=signs.vast(left.parts) and signs.vast(right.parts),
            nonnegative=signs.product_is_nonnegative(left.parts, right.parts),
            zeros=any(signs.zeros(value.parts) for value in (left, right)),
            idle=signs.idle(left.parts) or signs.idle(right.parts),
        )
        product = replace(product, parts=lineage.made(atom))
    product = spread_out(at, left, right, coupling(at, (left, right), product))
    for value, factor in ((left, right), (right, left)):
        if factor.data or not isinstance(factor.degree, Fraction):
            continue
        if factor.freedom and factor.degree == ZERO:
            product = _unbiased(product)
        if value.raised and factor.inverse and factor.degree == ZERO:
            return _by_somebody(factor, product)
        if value.raised and factor.nominal and (factor.degree < 0 or (factor.number or 2) < 1):
            product = _by_name(at, factor, product)
        if factor.degree < 0:
            return _normalised(at, value, factor, times(factor.degree, Fraction(-1)), product)
    return product


def _factor(value: Tensor) -> Degree:
    """The degree of a factor beside a gradient. What gains with log k may cancel over a normalised axis."""
    return UNKNOWN if value.degree is MIXED and value.shift is not None and value.data else value.degree


def _times(value: Tensor, factor: Tensor, number: float | None, *, divides: bool = False) -> lineage.Parts:
    """What a multiple is made of: by a weight that nobody knows, no difference is likely to leave nothing of it."""
    if number is not None:
        return lineage.scaled(value.parts, number)
    if not isinstance(factor.degree, Fraction) or (factor.degree == ZERO and not factor.freedom):
        return lineage.fresh()
    if factor.offset is not Offset.NONE and not factor.freedom:  # 1 - N, perhaps
        return lineage.fresh()
    return lineage.counted(value.parts, -factor.degree if divides else factor.degree)


def _offset(left: Tensor, right: Tensor) -> Offset:
    """The offset of a product: a count such as ``N - 1`` scales the data and adds nothing to them."""
    return max(
        (value.offset for value in (left, right) if value.data), default=max(left.offset, right.offset)
    )


def _scaled_shift(value: Tensor, factor: float | None) -> Fraction | None:
    """The shift of a multiple."""
    if value.shift is None or factor is None or finite(factor) is None:
        return None
    return value.shift * Fraction(factor).limit_denominator(10**6)


def _by_name(at: At, divisor: Tensor, quotient: Tensor) -> Tensor:
    """Division by a batch size that is one by name: a visible constant, or something nobody sees."""
    visible = divisor.degree == ZERO
    kind = Kind.LITERAL if visible else Kind.NOMINAL
    return flawed(at, kind, quotient, f"divided by {divisor.nominal}", subject=divisor.nominal)


def divide(at: At, left: Tensor, right: Tensor) -> Tensor:
    """``left / right``: degrees subtract; dividing by an exact count normalises a batch sum."""
    if left.number == 0 and not left.data:
        return Tensor(broadcast(left.axes, right.axes), number=0.0)
    quotient = joined(
        left,
        right,
        axes=broadcast(left.axes, right.axes),
        degree=minus(left.degree, right.degree),
        slope=slopes(
            (left.slope, times(right.degree, Fraction(-1))),
            (right.slope, minus(left.degree, times(right.degree, Fraction(2)))),
        ),
        spread=interaction(left, replace(right, spread=right.spread.bent)),
        offset=_offset(left, right),
        diagonal=left.diagonal,
        freedom=left.freedom or right.freedom,
        number=_number(left, right, lambda a, b: a / b),
        shift=_scaled_shift(left, 1 / right.number) if right.number else None,
    )
    if not right.data:
        quotient = replace(
            quotient,
            separable=separable(quotient.axes, left),
            squared=left.squared,
            parts=_times(left, right, 1 / right.number if right.number else None, divides=True),
        )
    quotient = replace(quotient, raised=left.raised)  # the sums of a divisor lower the degree
    if right.freedom and left.degree is MIXED and lineage.lessened(left.parts):  # (x - x / N) / (N - 1)
        return uncertain(quotient)
    if right.offset is Offset.TARGET and right.data and right.degree != ZERO:
        return nonhomogeneous(at, right, quotient)
    shifted = left.offset is Offset.TARGET or (left.offset is Offset.SMOOTH and right.freedom)
    if shifted and right.offset is not Offset.NONE:  # N - 1: neither is a power of N
        return uncertain(quotient, "a divisor less one")
    quotient = spread_out(at, left, right, quotient)
    if right.data:
        if in_place(left.axes, right.axes) and lineage.multiples(left.parts, right.parts):  # a number
            return nothing_sure(quotient)
        if in_place(left.axes, right.axes) and lineage.alike(
            left.parts, right.parts
        ):  # near one, as it grows
            quotient = replace(quotient, slope=None if quotient.slope is None else UNKNOWN)
        if quotient.slope is MIXED and not lineage.atoms(left.parts).isdisjoint(lineage.atoms(right.parts)):
            quotient = replace(quotient, slope=UNKNOWN)  # of (x - s) / s the terms of s leave no gradient
        if lineage.factor(right.parts, left.parts):  # the other factor is left
            return nothing_sure(quotient)
        if lineage.together(left.parts, right.parts, divided=True) == 1:
            quotient = replace(quotient, spread=quotient.spread.doubtful)
        positive = signs.nonnegative(left.parts) and signs.nonnegative(right.parts)
        shared = lineage.by_its_total(left.parts, right.parts)
        atom = lineage.Atom(
            None,
            left.parts | right.parts,
            right.parts,
            vast=signs.vast(left.parts),
            nonnegative=positive,
            shared=shared,
            away=not left.data,
        )
        quotient = replace(quotient, parts=lineage.made(atom))
        return _ratio(at, left, right, quotient)
    if right.opaque and left.raised and right.degree == ZERO:
        return _by_somebody(right, quotient)
    if right.opaque and not left.data:
        return replace(quotient, inverse=True)
    if right.freedom and left.data and quotient.degree == ZERO:
        quotient = _unbiased(quotient)
    if right.nominal and left.raised:
        quotient = _by_name(at, right, quotient)
    elif left.raised and right.number is not None and _like_a_batch_size(right.number):
        quotient = flawed(
            at, Kind.LITERAL, quotient, f"divided by {right.number:g}", subject=f"{right.number:g}"
        )
    return _normalised(at, left, right, right.degree, quotient)


def _by_somebody(divisor: Tensor, quotient: Tensor) -> Tensor:
    """A batch sum divided by something of which nobody knows whether it grows with the batch."""
    reasons = merge(quotient.reasons, (f"what {divisor.nominal or 'the divisor'} counts",))
    return replace(quotient, degree=UNKNOWN, slope=UNKNOWN, reasons=reasons)


def _unbiased(value: Tensor) -> Tensor:
    """A variance times ``N / (N - 1)``, Bessel's factor: it still couples its samples, but has no bias."""
    return replace(value, flaws=tuple(flaw for flaw in value.flaws if flaw.kind is not Kind.VARIANCE))


def _like_a_batch_size(number: float) -> bool:
    """Powers of two from 8 and multiples of ten: what people write where they mean their batch size."""
    whole = int(number)
    return whole == number and whole >= 8 and (whole & (whole - 1) == 0 or whole % 10 == 0)


def _normalised(at: At, value: Tensor, divisor: Tensor, lowered: Degree, quotient: Tensor) -> Tensor:
    """Bookkeeping of a division by something of degree ``lowered`` that holds no data."""
    if not isinstance(lowered, Fraction) or lowered <= 0 or not isinstance(quotient.degree, Fraction):
        return quotient
    degree = quotient.degree
    step = at.step(f"divided by {divisor.nominal or power_of_n(lowered)}: {power_of_n(degree)}")
    quotient = replace(quotient, trail=merge(quotient.trail, (step,)))
    if degree <= 0:
        quotient = replace(quotient, raised=())
    if value.data and degree < 0 and isinstance(value.degree, Fraction) and value.degree > degree:
        flaw = Flaw(Kind.SUNK, step, at.name, value.reduced, power_of_n(value.degree))
        quotient = replace(quotient, flaws=merge(quotient.flaws, (flaw,)))
    return quotient


def _ratio(at: At, left: Tensor, right: Tensor, quotient: Tensor) -> Tensor:
    """Division by data: harmless per sample, LL203 when the divisor sums up the batch."""
    if isinstance(quotient.degree, Fraction) and quotient.degree <= 0:
        quotient = replace(quotient, raised=())
    if quotient.spread is not Spread.COUPLED or right.spread in (Spread.SAMPLE, Spread.UNKNOWN):
        return coupling(at, (left, right), quotient)
    if not quotient.axes.batches and lineage.same(left.parts, right.parts):  # a number, whatever the data
        return replace(quotient, slope=UNKNOWN, spread=Spread.UNKNOWN)
    if not any(flaw.kind in NAMED_COUPLING for flaw in right.flaws):
        # That both sums went through a square, a root or a ratio of their own on the way is part of the same cause.
        kept = tuple(flaw for flaw in quotient.flaws if flaw.kind not in (Kind.STATISTIC, Kind.RATIO))
        message = "divided by a sum over the batch that depends on the data"
        quotient = flawed(at, Kind.RATIO, replace(quotient, flaws=kept), message)
    if isinstance(quotient.degree, Fraction) and quotient.degree < 0 and isinstance(left.degree, Fraction):
        flaw = Flaw(
            Kind.SUNK, at.step("normalised by a batch sum"), at.name, right.reduced, power_of_n(left.degree)
        )
        quotient = replace(quotient, flaws=merge(quotient.flaws, (flaw,)))
    return quotient


NAMED_COUPLING = {Kind.VARIANCE, Kind.ORDER, Kind.PAIRWISE}
"""Couplings that explain themselves better than the ratio they end in."""
