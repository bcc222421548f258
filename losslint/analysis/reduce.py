"""The batch calculus, reducing half: sums, means and statistics over axes (``along`` has what keeps the axis)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from fractions import Fraction

from . import functions, joining, lineage, logs, signs
from .axes import SCALAR, hidden
from .degree import MIXED, ONE, UNKNOWN, ZERO, Degree, plus, power_of_n, times
from .joining import At, coupling, flawed
from .spans import Over, Span, span
from .values import Flaw, Kind, Offset, Spread, Tensor, merge

HALF = Fraction(1, 2)


def reduce(
    at: At,
    how: str,
    value: Tensor,
    over: Over,
    keepdims: bool = False,
    *,
    order: Fraction | None = Fraction(2),
) -> Tensor:
    """Reduce ``value`` over the axes ``over`` by ``how`` (the names of the operation tables); ``order`` is a norm's."""
    what = span(value.axes, over, keepdims)
    if value.spread is Spread.CONST:
        return _constant(how, value, what, order)
    if how in ELEMENTWISE_FIRST:
        value = _before(at, how, value)
        how = "sum"
    if how == "norm":
        if order == 1 or (order is None and what.single):
            return reduce(at, "sum", functions.rectified(at, value, nonnegative=True), over, keepdims)
        if order is None:
            how = "max"
    if value.diagonal and what.extent != ZERO:
        return _diagonal(at, how, value, what)
    if value.axes == SCALAR and how in OF_ONE and how not in ("sum", "mean"):
        return value
    if what.single and how in OF_ONE:
        return replace(value, axes=what.axes, number=None, count=False)
    if _of_copies(what) and how in ("max", "min", "median"):
        return replace(value, axes=what.axes)
    if what.single and how in RANGES:
        return joining.joined(value, value, axes=what.axes, number=0.0)
    reduced = (
        _linear(at, how, value, what, over)
        if how in ("sum", "mean")
        else _statistic(at, how, value, what, order)
    )
    return replace(
        reduced,
        count=False,
        number=None,
        diagonal=value.diagonal and what.extent == ZERO,
        permutation=False,
        separable=reduced.separable and reduced.axes.batches > 1,
    )


OF_ONE = {"sum", "mean", "max", "min", "prod", "logsumexp", "median"}
"""What gives back a value that stands alone."""
RANGES = {"var", "std", "ptp"}
"""How far entries lie apart: a term that all have in common makes no difference, and one alone has none."""
ELEMENTWISE_FIRST = {"half_square_sum", "count_nonzero"}


def _before(at: At, how: str, value: Tensor) -> Tensor:
    return (
        functions.power(at, value, Fraction(2))
        if how == "half_square_sum"
        else functions.step_function(at, value)
    )


def _constant(how: str, value: Tensor, what: Span, order: Fraction | None) -> Tensor:
    """Constants: ``reduce_sum(ones_like(x))`` counts."""
    if value.number == 0 and how not in ("logsumexp", "prod"):
        return Tensor(what.axes, number=0.0)
    degree = value.degree
    if value.diagonal and what.pairs and what.extent == times(ONE, Fraction(2)):
        what = replace(what, extent=ONE)
    elif value.diagonal and what.pairs:
        what = replace(what, extent=ZERO)
    if how in ("sum", "count_nonzero", "half_square_sum"):
        degree = plus(degree, what.extent)
    elif how == "norm" and order is not None:
        degree = plus(degree, times(what.extent, 1 / order)) if isinstance(what.extent, Fraction) else UNKNOWN
    elif how == "mean" and value.diagonal and what.samples:
        degree = plus(degree, Fraction(-1))
    elif how == "logsumexp" and what.extent != ZERO:
        degree = MIXED
    counts = how in ("sum", "count_nonzero") and not value.weights and not value.opaque
    return replace(
        value,
        axes=what.axes,
        degree=degree,
        number=None,
        diagonal=False,
        count=counts,
        permutation=False,
    )


def _over_batch(value: Tensor, what: Span) -> bool:
    """Whether the reduction runs (or may run) over samples."""
    return what.samples or what.extent is UNKNOWN or (isinstance(what.extent, Fraction) and what.extent > 0)


def _linear(at: At, how: str, value: Tensor, what: Span, over: Over) -> Tensor:
    """Sum and mean: linear, so a per-sample value becomes one that adds up over micro-batches."""
    summed = how == "sum"
    degree = plus(value.degree, what.extent) if summed else value.degree
    slope = value.slope if value.slope is None or not summed else plus(value.slope, what.extent)
    shift = None if summed else value.shift
    by = (how, tuple(over) if isinstance(over, Sequence) else over, value.axes)
    parts = lineage.gathered(value.parts, by, samples=what.samples)
    result = replace(
        value, axes=what.axes, degree=degree, slope=slope, shift=shift, squared=None, parts=parts
    )
    if not (result.axes.batches or result.axes.unsure):
        everything = all(axis.size == 1 for axis in result.axes.listed) and result.axes.middle is None
        if lineage.vanishes(value.parts) or (everything and lineage.adds_up(parts)):
            return joining.nothing_sure(result)
        if everything and lineage.in_shares(parts):
            result = joining.gradient_unsure(result)
        if lineage.cancels(value.parts):
            result = replace(result, slope=None if slope is None else UNKNOWN)
            result = joining.uncertain(result) if degree is MIXED else result
    if not _over_batch(value, what):
        return result if summed else _mean_of_sum(at, value, result)
    if what.extent is UNKNOWN and summed:
        result = replace(result, reasons=merge(value.reasons, (f"the axes of {at.name}",)))
    spread = result.spread
    if spread in (Spread.SAMPLE, Spread.ADDITIVE):
        spread = Spread.LINEAR if what.samples or what.extent is not UNKNOWN else Spread.ADDITIVE
    step = at.step(f"{how} over the batch: {power_of_n(degree)}")
    result = replace(
        result,
        spread=spread,
        raised=merge(value.raised, (step,)) if summed else value.raised,
        reduced=merge(value.reduced, (step,)),
        trail=merge(value.trail, (step,)),
    )
    if summed and value.half:
        result = flawed(at, Kind.HALF, result, f"sum over the batch in {value.half}", subject=value.half)
    if not summed:
        result = (
            _mean_of_sum(at, value, result) if value.degree != ZERO and not value.axes.batches else result
        )
    if what.pairs and value.spread is Spread.SAMPLE and not value.separable:
        result = replace(result, spread=Spread.COUPLED)
        return flawed(at, Kind.PAIRWISE, result, f"{how} over pairs of samples")
    if (
        what.extent is UNKNOWN
        and value.axes.batches > 1
        and spread is Spread.ADDITIVE
        and not value.separable
    ):
        result = replace(result, spread=Spread.COUPLED)  # pairs of samples, whichever axes go
        return flawed(at, Kind.PAIRWISE, result, f"{how} over pairs of samples")
    if what.selected and not summed and spread is Spread.LINEAR and signs.steps(value.parts):
        return replace(result, spread=Spread.UNKNOWN)
    if what.selected and not summed and spread is Spread.LINEAR:
        result = replace(result, spread=Spread.COUPLED)
        return flawed(at, Kind.RATIO, result, "mean over as many samples as the data selects")
    return result


def _mean_of_sum(at: At, value: Tensor, result: Tensor) -> Tensor:
    """A mean that meets no batch axis leaves a batch sum as it is (LL108, if nothing else divides)."""
    if not value.raised or value.axes.batches or value.axes.unsure:
        return result
    step = at.step(f"mean of a value that has no batch axis any more: still {power_of_n(value.degree)}")
    flaw = Flaw(Kind.MEAN_OF_SUM, step, at.name, value.raised)
    return replace(result, flaws=merge(result.flaws, (flaw,)), trail=merge(result.trail, (step,)))


def _diagonal(at: At, how: str, value: Tensor, what: Span) -> Tensor:
    """A matrix with only its diagonal: summing one batch axis away picks one entry per sample."""
    picked = replace(value, diagonal=False)
    if not isinstance(what.extent, Fraction):
        return replace(picked, axes=what.axes, degree=UNKNOWN, slope=UNKNOWN)
    if how not in ("sum", "mean", "max"):
        return _statistic(at, how, picked, what, None)
    per_sample = replace(picked, axes=what.axes if what.extent == ONE else hidden(ONE))
    if how == "mean" and what.extent == ONE:
        lower = Fraction(-1)
        slope = None if value.slope is None else plus(value.slope, lower)
        return replace(per_sample, degree=plus(value.degree, lower), slope=slope)
    if what.extent == ONE:
        return per_sample
    total = reduce(at, "sum" if how == "mean" else how, per_sample, None)
    if how == "mean":
        slope = None if total.slope is None else plus(total.slope, Fraction(-2))
        total = replace(total, degree=plus(total.degree, Fraction(-2)), slope=slope, raised=())
    return replace(total, axes=what.axes)


def _statistic(at: At, how: str, value: Tensor, what: Span, order: Fraction | None) -> Tensor:
    """Everything else that reduces: non-linear, so over the batch it couples, and its degree depends on what it is."""
    over_batch = _over_batch(value, what)
    if how in RANGES:
        value = centred(value)
    degree, slope = _moved(how, value, what, order)
    doubted, unclear = _doubts(at, how, value, what)
    if doubted is not value:
        value, degree, slope = doubted, doubted.degree, doubted.slope
    if how == "logsumexp" and _of_copies(what):
        slope, unclear = None if slope is None else UNKNOWN, True
    if how == "norm" and slope is not None and lineage.share_norm(value.parts, value.parts):
        slope = UNKNOWN  # of what is normalised it is the same for all data
    if value.offset is Offset.TARGET and value.degree != ZERO and (what.extent != ZERO or how == "norm"):
        degree, slope = MIXED, None if slope is None else MIXED
        if (
            how in ("max", "min", "median", "ptp") and value.compared is None
        ):  # of a running sum, the first or the last
            value = joining.uncertain(value, f"the entries of {at.name}")
            degree, slope, unclear = value.degree, value.slope, True
    spread = value.spread
    if (spread is Spread.ADDITIVE and not what.samples) or (not over_batch and lifted(value)):
        spread = Spread.UNKNOWN
    elif over_batch or spread is Spread.LINEAR:
        spread = (
            Spread.UNKNOWN if what.extent is UNKNOWN and not what.samples else max(spread, Spread.COUPLED)
        )
    if unclear:
        spread = spread.doubtful
    result = joining.bent(
        value,
        axes=what.axes,
        degree=degree,
        slope=slope,
        spread=spread,
        shift=_shifted(how, value, what),
        squared=Spread.LINEAR if how == "norm" and order == 2 and value.spread is Spread.SAMPLE else None,
    )
    positive = how in RANGES or how == "norm" or (how in KEEP_SIGN and signs.nonnegative(value.parts))
    logarithm = _linear(at, "sum", logs.undone(at, value), what, ()) if how == "prod" else None
    root = value.parts if how == "norm" else None
    atom = lineage.Atom(
        source=value.parts,
        root_of=root,
        exp_of=logarithm,
        vast=signs.vast(value.parts),
        extreme=how if how in ("max", "min") else "",
        nonnegative=positive,
        twice=how == "prod" and any(what.copied),
        away=how == "logsumexp",
    )
    result = replace(result, parts=lineage.made(atom))
    if how in STEPS:
        result = replace(result, slope=None)
    if not over_batch:
        if degree is MIXED and isinstance(value.degree, Fraction):
            return flawed(
                at, Kind.NONLINEAR, result, f"{at.name} of {power_of_n(value.degree)}: no single power of N"
            )
        return coupling(at, (value,), result)
    if spread is Spread.UNKNOWN:
        return replace(result, reasons=merge(result.reasons, (f"the axes of {at.name}",)))
    step = at.step(f"{LABELS.get(how, how)} over the batch: {power_of_n(degree)}")
    growing = isinstance(degree, Fraction) and isinstance(value.degree, Fraction) and degree > value.degree
    result = replace(
        result,
        raised=merge(value.raised, (step,)) if growing and how == "norm" else value.raised,
        reduced=merge(value.reduced, (step,)),
        trail=merge(value.trail, (step,)),
    )
    kind = Kind.PAIRWISE if what.pairs else KINDS.get(how, Kind.ORDER)
    flaw = Flaw(kind, step, at.name, (step,))
    return replace(result, flaws=merge(result.flaws, (flaw,)))


def _of_copies(what: Span) -> bool:
    """Whether all that is combined are copies of one entry."""
    return bool(what.copied) and all(what.copied)


def _doubts(at: At, how: str, value: Tensor, what: Span) -> tuple[Tensor, bool]:
    """``value`` where a statistic of it may be nothing, or one of unlike things.

    Second: whether it is open that samples meet in the statistic.
    """
    extreme, moment = how in ("max", "min", "ptp"), how in ("var", "std")
    unclear = (
        (moment and lineage.adds_up(value.parts))  # their mean is the same for all data
        or (extreme and signs.steps(value.parts))
        or (how == "min" and signs.zeros(value.parts))
        or (what.singles and how in OF_ONE)  # perhaps nothing happens
    )
    if what.singles and how in ("logsumexp", "prod") and value.degree != ZERO:
        value = joining.uncertain(value, "whether the axes have more than one entry")
    if (
        (how in RANGES and (_of_copies(what) or what.singles))
        or (how in ("max", "min") and signs.short_of_its_extreme(value.parts, how))
        or (how in ("min", "prod") and what.pairs and lineage.zero_beside_itself(value.parts))
    ):
        value = joining.nothing_sure(value)
    if (extreme or how == "median") and joining.of_unlike_entries(value):
        value = joining.uncertain(value, "which of several is the largest")
    if moment and what.largest:  # with every sample twice, the two largest are one
        value = joining.uncertain(value, f"the entries of {at.name}")
    return value, unclear


def lifted(value: Tensor) -> bool:
    """Whether all entries of a sample may have been moved together, by a statistic of the batch.

    Which of them is the largest, how they differ, and the softmax of them would not know of it.
    """
    return value.spread is Spread.LINEAR and len(value.parts) > 1


KEEP_SIGN = {"max", "min", "prod", "median"}
STEPS = {"any", "all", "argmax", "argmin"}
LABELS = {
    "var": "variance",
    "std": "standard deviation",
    "ptp": "range",
    "max": "maximum",
    "min": "minimum",
    "prod": "product",
}
KINDS = {
    "var": Kind.VARIANCE,
    "std": Kind.VARIANCE,
    "norm": Kind.STATISTIC,
    "logsumexp": Kind.NONLINEAR,
    "prod": Kind.NONLINEAR,
}


def _shifted(how: str, value: Tensor, what: Span) -> Fraction | None:
    """What the result gains with log k, if its entries do: a logsumexp over N samples gains a log of its own."""
    if how in ("max", "min", "median"):
        return value.shift
    if how == "logsumexp" and value.gain is not None and isinstance(what.extent, Fraction):
        return value.gain + what.extent
    return None


def centred(value: Tensor) -> Tensor:
    """A value for a function that a common term of all entries does not change.

    Of terms of unequal degree it is not known which are common to all entries.
    """
    if value.shift is not None:
        return logs.unshifted(value)
    if value.degree is not MIXED:
        return value
    slope = None if value.slope is None else UNKNOWN
    return replace(
        value, degree=UNKNOWN, slope=slope, reasons=merge(value.reasons, ("a difference of mixed terms",))
    )


def _moved(how: str, value: Tensor, what: Span, order: Fraction | None) -> tuple[Degree, Degree | None]:
    """Degree and slope after a statistic."""
    degree, slope, extent = value.degree, value.slope, what.extent
    if how == "var":
        return times(degree, Fraction(2)), None if slope is None else plus(slope, degree)
    if how == "norm" and order is not None:
        gain = UNKNOWN if not isinstance(extent, Fraction) else extent / order
        if slope is not None and not isinstance(degree, Fraction):  # an entry by the norm of all
            return plus(degree, gain), UNKNOWN
        return plus(degree, gain), None if slope is None else plus(slope, gain)
    if how == "logsumexp":
        if extent == ZERO and degree == ZERO:
            return ZERO, slope
        if value.gain is not None:
            if isinstance(extent, Fraction) and value.gain + extent == ZERO:  # log-shares, summed up again
                return ZERO, slope
            return (UNKNOWN if extent is UNKNOWN else MIXED), slope
        # Its weights add up to one: a term that all entries share, and that lets no gradient through, scales nothing.
        unclear = UNKNOWN if degree is UNKNOWN else MIXED
        return unclear, None if slope is None else UNKNOWN if degree is MIXED else unclear
    if how == "prod":
        if extent == ZERO and degree == ZERO:
            return ZERO, slope
        unclear = UNKNOWN if extent in (ZERO, UNKNOWN) else MIXED  # as often as there are features
        return unclear, None if slope is None else unclear
    if how in ("any", "all"):
        return ZERO, None
    if how in ("argmax", "argmin"):
        return (ZERO if extent == ZERO else UNKNOWN), None
    return degree, slope
