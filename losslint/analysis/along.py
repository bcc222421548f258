"""The batch calculus along an axis: what keeps it and mixes its entries, as softmax, sort and running sums do."""

from __future__ import annotations

from dataclasses import replace
from fractions import Fraction

from . import functions, joining, lineage, signs
from .axes import Axis
from .degree import MIXED, ONE, UNKNOWN, ZERO, Degree, minus, plus, power_of_n, times
from .joining import At, coupling
from .reduce import HALF, centred, lifted
from .values import Flaw, Kind, Offset, Spread, Tensor, merge


def along(at: At, how: str, value: Tensor, axis: int | None) -> Tensor:
    """An operation that keeps the axis it runs along but mixes its entries; ``axis=None`` runs over all of them."""
    result = _along(at, how, value, axis)
    if how == "top_k":
        return replace(result, parts=signs.drawn(value.parts))
    # Sorted entries stand elsewhere, and add up to what they did.
    return replace(result, parts=lineage.gathered(value.parts)) if how == "sort" else result


def _along(at: At, how: str, value: Tensor, axis: int | None) -> Tensor:
    where = value.axes.at(axis) if axis is not None else Axis(value.axes.total)
    if where is None:
        where = Axis(UNKNOWN)
    if how == "cumsum" and lineage.adds_up(value.parts):  # where each entry stands tells on the sum alone
        value = replace(value, slope=None if value.slope is None else UNKNOWN)
    if how == "cumsum" and lineage.vanishes(value.parts):
        value = joining.nothing_sure(value)
    if (where.copies and how in ("sort", "top_k")) or (where.size == 1 and how in ("sort", "cumsum")):
        return value
    moved = lifted(value) and where.extent == ZERO
    far = signs.away(value.parts)
    mingled = len(value.parts) > 1  # all of the largest may come from one of several
    value = replace(value, parts=lineage.fresh())
    if value.spread is Spread.CONST:
        return replace(value, number=None, degree=value.degree if where.extent == ZERO else UNKNOWN)
    if where.extent is UNKNOWN:
        return replace(
            value,
            degree=UNKNOWN,
            slope=UNKNOWN,
            spread=Spread.UNKNOWN,
            reasons=merge(value.reasons, (f"the axis of {at.name}",)),
        )
    if how in ("softmax", "log_softmax"):
        value = centred(value)
    if moved and how in ("softmax", "log_softmax", "top_k", "argsort", "rank"):
        value = replace(value, spread=Spread.UNKNOWN)
    if where.extent == ZERO:
        return _of_one(at, how, value) if where.size == 1 else _along_features(at, how, value)
    pairs = value.axes.batches > 1
    gain, slope_gain = ALONG_BATCH.get(how, (ZERO, ZERO))
    degree = MIXED if gain is MIXED else plus(value.degree, times(gain, Fraction(1)))
    if how in ("softmax", "log_softmax", "cumlogsumexp") and value.degree != ZERO:
        degree = slope_gain = MIXED if value.degree is not UNKNOWN else UNKNOWN
    if how == "normalize":
        degree = times(where.extent, -HALF) if isinstance(value.degree, Fraction) else UNKNOWN
        slope_gain = minus(degree, value.degree)
    if how in ("argsort", "rank"):
        degree = ONE
    slope = None if value.slope is None else plus(value.slope, slope_gain)
    if how == "top_k" and slope is not None and (far or mingled):  # of a tanh, the largest may all be one
        slope = UNKNOWN
    if value.offset is Offset.TARGET and value.degree != ZERO and how != "cumsum":
        degree, slope = MIXED, None if slope is None else MIXED
    axes = value.axes
    if how in REORDERS and axis is not None:
        axes = axes.without(axis, replace(where, order=at.fresh))
    step = at.step(f"{at.name} along the batch: {power_of_n(degree)}")
    raised = merge(value.raised, (step,)) if how == "cumsum" else value.raised
    shift = (
        value.shift
        if how == "sort"
        else (
            -where.extent
            if how == "log_softmax" and value.degree == ZERO and isinstance(where.extent, Fraction)
            else None
        )
    )
    result = joining.bent(
        value,
        axes=axes,
        degree=degree,
        shift=shift,
        offset=Offset.TARGET if how == "cumsum" else value.offset,  # entries grow with their place
        slope=None if how in ("argsort", "rank") else slope,
        spread=_sorted(value) if how == "sort" and axis is not None else max(value.spread, Spread.COUPLED),
        raised=raised,
        reduced=merge(value.reduced, (step,)),
        trail=merge(value.trail, (step,)),
        permutation=how == "argsort" and value.axes.rank == 1,
    )
    flaw = Flaw(Kind.PAIRWISE if pairs else Kind.ORDER, step, at.name, (step,))
    if how in ("normalize", "softmax", "log_softmax"):
        result = replace(result, parts=_normalised(how))
    return replace(result, flaws=merge(result.flaws, (flaw,)))


def _sorted(value: Tensor) -> Spread:
    """Columns sorted each by itself: what stands in one row comes from several samples."""
    return value.spread if value.axes.rank == 1 or value.spread is not Spread.SAMPLE else Spread.UNKNOWN


REORDERS = {"sort", "argsort"}
"""Sorted samples are still the same samples: only what is done with their places makes them interact."""
ALONG_BATCH: dict[str, tuple[Degree, Degree]] = {
    "softmax": (-ONE, -ONE),
    "log_softmax": (MIXED, ZERO),
    "cumlogsumexp": (MIXED, ZERO),
    "cumsum": (ONE, ONE),
    "cumprod": (MIXED, MIXED),
    "normalize": (-HALF, -HALF),
}


def _of_one(at: At, how: str, value: Tensor) -> Tensor:
    """An axis of one entry: what is normalised over it is a sign, or nothing at all."""
    if how == "normalize":
        return functions.step_function(at, value)
    if how in ("softmax", "log_softmax"):
        return joining.joined(value, value, axes=value.axes, number=float(how == "softmax"))
    return _along_features(at, how, value) if how in ("argsort", "rank") else value


def _along_features(at: At, how: str, value: Tensor) -> Tensor:
    if how == "cumsum":  # each entry gains as often as there are entries in it
        return replace(value, shift=None)
    if how == "sort" and value.spread is Spread.LINEAR:  # a sum of all is what it was
        return replace(functions.homogeneous(at, value), spread=Spread.UNKNOWN)
    if how in ("sort", "top_k"):
        return functions.homogeneous(at, value)
    if how in ("argsort", "rank"):
        return functions.step_function(at, value)
    if how == "normalize":  # x / |x|: homogeneous of degree 0
        slope = None if value.slope is None else plus(value.slope, times(value.degree, Fraction(-1)))
        degree = ZERO if isinstance(value.degree, Fraction) else value.degree
        free = joining.bent(value, degree=degree, slope=slope, raised=())
        return coupling(at, (value,), free)
    after = functions.nonlinear(at, value)
    return replace(after, parts=_normalised(how))


def _normalised(how: str) -> lineage.Parts:
    """What is known of the entries: what they add up to, on which side of zero they are."""
    if how == "softmax":
        return lineage.made(lineage.Atom(shared=True, nonnegative=True))
    if how == "log_softmax":
        return lineage.scaled(lineage.made(lineage.Atom(nonnegative=True)), -1.0)
    return lineage.made(lineage.Atom(normed=how == "normalize"))
