"""Statistics and groups: covariances, quantiles, differences, segments, distances between rows."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from fractions import Fraction

from . import algebra, functions, lineage, logs
from .axes import PLAIN, SCALAR, Axes, Axis
from .degree import UNKNOWN, ZERO, Degree, minus
from .joining import At
from .operations import Call, unknown_axes, variant
from .operations_contract import by_rank
from .operations_shape import shape
from .reduce import reduce
from .spans import Over, span
from .values import Const, Flaw, Kind, Seq, Spread, Tensor, Unknown, Value, merge, tensor, unknown_tensor


@variant("reduce", "logmeanexp")
def _logmeanexp(call: Call) -> Value:
    value, over = logs.exponential(call.at, call.tensor("x")), call.axes()
    if isinstance(over, Unknown):
        return unknown_axes(call.at, "mean", value)
    return logs.logarithm(call.at, reduce(call.at, "mean", value, over, call.flag("keepdims")))


# -- quantiles
# ----------------------------------------------------------------------------------------------------


@variant("reduce", "median")
def _median(call: Call) -> Value:
    value, over, share = call.tensor("x"), call.axes(), call.roles.get("q")
    if isinstance(over, Unknown):
        return unknown_axes(call.at, "median", value)
    result = reduce(call.at, "median", value, over, call.flag("keepdims"))
    if share is None:
        return result
    if isinstance(share, Seq):
        result = replace(result, axes=result.axes.insert(0, Axis(size=len(share.items))))
    elif tensor(share).axes != SCALAR or tensor(share).data:
        return unknown_tensor(*merge(value.reasons, (f"the shares of {call.at.name}",)))
    extent = span(value.axes, over, False).extent
    if extent == ZERO or not value.data or _replicates(call, share):
        return result
    # Between two order statistics the result depends on N itself: no power of it, and no other law either.
    reasons = merge(result.reasons, (f"how {call.at.name} interpolates",))
    return replace(result, degree=UNKNOWN, slope=UNKNOWN, reasons=reasons)


def _replicates(call: Call, share: Value) -> bool:
    """Whether that share stays where it is when every sample is repeated.

    The ends do, and the interpolated middle.
    """
    number = tensor(share).number if not isinstance(share, Seq) else None
    whole = 100.0 if call.at.name.endswith("percentile") else 1.0
    linear = "interpolation" not in call.roles and call.constant("method", "linear") == "linear"
    return number in (0.0, whole) or (linear and number == whole / 2)


# -- covariance
# ---------------------------------------------------------------------------------------------------


@variant("reduce", "cov", "corr")
def _covariance(call: Call) -> Value:
    """The (D, D) matrices of ``event_axis``, over the samples in ``axis``; variances without one."""
    at, value, over = call.at, call.tensor("x"), call.axes()
    if isinstance(over, Unknown):
        return unknown_axes(at, "var", value)
    other = call.roles.get("y")
    if other is None or other == Const(None):
        spread = reduce(at, "var", value, over, call.flag("keepdims"))
    else:
        spread = _crossed(at, value, tensor(other), over, call.flag("keepdims"))
    event = call.axes("event_axis")
    if event is not None:
        axis = value.axes.at(-1)
        kept = spread.axes.at(-1)
        if event != (-1,) or axis is None or kept is None or not axis.plain or not kept.plain:
            return unknown_tensor(*merge(value.reasons, (f"the axes of {at.name}",)))
        if over is None or (isinstance(over, Sequence) and (-1 in over or value.axes.rank == 1)):
            return unknown_tensor(*merge(value.reasons, (f"the axes of {at.name}",)))
        end = len(spread.axes.front) if spread.axes.middle is None else -1
        spread = replace(spread, axes=spread.axes.insert(end, kept))
    return spread if call.operation.how == "cov" else _scale_free(spread)


def _crossed(at: At, left: Tensor, right: Tensor, over: Over, keepdims: bool) -> Tensor:
    """The covariance of two: the mean of the product of what is left when both means are gone."""
    product = reduce(at, "mean", algebra.multiply(at, left, right), over, keepdims)
    if (
        not (product.data and span(left.axes, over, keepdims).extent != ZERO)
        or product.spread > Spread.COUPLED
    ):
        return product
    step = at.step("covariance over the batch")
    flaw = Flaw(Kind.VARIANCE, step, at.name, (step,))
    return replace(
        product,
        spread=Spread.COUPLED,
        flaws=merge(product.flaws, (flaw,)),
        trail=merge(product.trail, (step,)),
    )


def _scale_free(covariance: Tensor) -> Tensor:
    """Divided by the deviations: the degree of the values is gone, from the gradient as well."""
    if not isinstance(covariance.degree, Fraction):
        return covariance
    slope = None if covariance.slope is None else minus(covariance.slope, covariance.degree)
    spread = covariance.spread.bent
    return replace(covariance, degree=ZERO, slope=slope, spread=spread, raised=())


# -- differences
# --------------------------------------------------------------------------------------------------


@variant("axiswise", "diff")
def _diff(call: Call) -> Value:
    """Neighbours taken from each other, ``n`` times.

    Linear within a sample, a matter of order along the batch.
    """
    at, value = call.at, call.tensor("x")
    times, index = call.integer("n", 1), call.integer("axis")
    axis = value.axes.at(index) if index is not None else None
    if index is None or axis is None or axis.extent is UNKNOWN:
        return unknown_tensor(*merge(value.reasons, (f"the axis of {at.name}",)))
    if times == 0:
        return value
    if axis.plain:
        listed = (
            value.axes.middle is None or 0 <= index < len(value.axes.front) or -index <= len(value.axes.back)
        )
        shorter = Axis(size=None if axis.size is None or times is None else max(axis.size - times, 0))
        axes = value.axes.without(index, shorter) if listed else value.axes
        return replace(value, axes=axes, number=None, diagonal=False, parts=lineage.fresh())
    axes = value.axes.without(index, replace(axis, order=at.fresh))
    if not value.data:
        return unknown_tensor(at.name, axes=axes)
    step = at.step(f"{at.name} along the batch: neighbours meet")
    flaw = Flaw(Kind.ORDER, step, at.name, (step,))
    return replace(
        value,
        axes=axes,
        degree=UNKNOWN,
        slope=None if value.slope is None else UNKNOWN,
        spread=max(value.spread, Spread.COUPLED),
        parts=lineage.fresh(),
        raised=(),
        reduced=merge(value.reduced, (step,)),
        trail=merge(value.trail, (step,)),
        flaws=merge(value.flaws, (flaw,)),
        reasons=merge(value.reasons, (f"{at.name} along the batch",)),
    )


# -- groups
# -------------------------------------------------------------------------------------------------------


@variant("segment", "sum", "mean", "max", "min", "prod")
def _segment(call: Call) -> Value:
    """A reduction by group: over the batch when the groups are a fixed number that gather samples."""
    at, how = call.at, call.operation.how
    value, ids = call.tensor("x"), call.tensor("ids")
    where, number = value.axes.at(0), call.roles.get("num")
    if where is None:
        return unknown_tensor(*merge(value.reasons, (f"the groups of {at.name}",)))
    fixed = number is not None and number != Const(None) and tensor(number).degree == ZERO
    if where.batch and fixed and not tensor(number or Const(None)).data:
        return _gathered_by_group(at, how, value, ids)
    if where.extent != ZERO or ids.data or ids.spread is Spread.UNKNOWN:
        return unknown_tensor(*merge(value.reasons, (f"the groups of {at.name}",)))
    grouped = replace(value, axes=value.axes.without(0, PLAIN), number=None, parts=lineage.fresh())
    if how in ("sum", "mean"):
        return grouped
    if how != "prod":
        return functions.homogeneous(at, grouped)
    if grouped.degree == ZERO:
        return functions.nonlinear(at, grouped)
    return unknown_tensor(*merge(value.reasons, (f"the groups of {at.name}",)))


def _gathered_by_group(at: At, how: str, value: Tensor, ids: Tensor) -> Value:
    """Groups of samples. Which sample is in which is data, so even their sizes are."""
    member = Tensor(
        value.axes,
        spread=max(ids.spread, Spread.SAMPLE) if ids.data else ids.spread,
        flaws=ids.flaws,
        reasons=ids.reasons,
    )
    entries = algebra.multiply(at, value, member)
    if how == "mean":
        total, size = reduce(at, "sum", entries, (0,)), reduce(at, "sum", member, (0,))
        grouped = algebra.divide(at, total, size)
    else:
        grouped = reduce(at, how, entries, (0,))
    if ids.axes.rank == 1:
        axes = grouped.axes.insert(0, PLAIN)
    else:  # the groups may run over further axes: those of a sample
        axes = Axes((PLAIN,), ZERO, ()) if grouped.axes.total == ZERO else Axes((), UNKNOWN, ())
    return replace(grouped, axes=axes)


# -- rows
# ---------------------------------------------------------------------------------------------------------


@variant("contract", "cdist")
def _cdist(call: Call) -> Value:
    left, right = call.tensor("x"), call.tensor("y")
    return by_rank(call.at, left, right, lambda a, b: _distances(call.at, a, b))


def _distances(at: At, left: Tensor, right: Tensor) -> Value:
    """The distances between the rows of both; axes before the last two are shared."""
    inner, columns = left.axes.at(-1), right.axes.at(-2)
    alike = left.axes.rank == right.axes.rank and left.axes.least_rank == right.axes.least_rank >= 2
    opened = left.axes.middle in (None, ZERO) and right.axes.middle in (None, ZERO)
    lead = [
        value.axes.front[: len(value.axes.front) - (2 if value.axes.middle is None else 0)]
        for value in (left, right)
    ]
    known = inner is not None and columns is not None and UNKNOWN not in (inner.extent, columns.extent)
    if (
        not (alike and opened and known and lead[0] == lead[1])
        or inner is None
        or columns is None
        or not inner.plain
    ):
        return unknown_tensor(*merge(left.reasons, right.reasons, (f"the axes of {at.name}",)))
    apart = algebra.add(at, replace(left, axes=SCALAR), replace(right, axes=SCALAR), negative=True)
    rows = left.axes.without(-1)
    end = len(rows.front) if rows.middle is None else -1
    rows = rows.insert(end, columns)
    end = len(rows.front) if rows.middle is None else -1
    return reduce(at, "norm", replace(apart, axes=rows.insert(end, inner), number=None), (-1,))


@shape("repeat_vector")
def _repeat_vector(call: Call) -> Value:
    """(N, D) becomes (N, n, D)."""
    value, count = call.tensor("x"), call.tensor("n")
    if count.data or not isinstance(count.degree, Fraction) or value.axes.unsure or value.axes.least_rank > 2:
        return unknown_tensor(*merge(value.reasons, (f"the axes of {call.at.name}",)))
    first, last = value.axes.at(0), value.axes.at(-1)
    if value.axes.rank not in (None, 2) or first is None or last is None:
        return unknown_tensor(*merge(value.reasons, (f"the axes of {call.at.name}",)))
    if value.axes.rank is None:
        last = value.axes.back[-1] if value.axes.back else PLAIN
    extent: Degree = count.degree
    repeats = Axis(extent, call.integer("n"))
    return replace(value, axes=Axes((first, repeats, last)), number=None)
