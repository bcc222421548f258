"""What a reduction runs over: the axes, how many entries it combines, and what is left."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from losslint.frozen import dataclass

from .axes import PLAIN, SINGLE, WILD, Axes, Axis
from .degree import UNKNOWN, ZERO, Degree, plus


@dataclass(frozen=True, slots=True)
class From:
    """All axes from ``start`` on, whatever the rank, ``but`` so many at the end: ``range(1, ndim)``."""

    start: int
    but: int = 0


Over = Sequence[int] | From | None
"""What a reduction runs over: these axes, all from one on, or all."""


@dataclass(frozen=True, slots=True)
class Span:
    """What a reduction runs over: the degree of the number of entries it combines, and the axes that remain."""

    extent: Degree
    axes: Axes
    samples: bool
    """It certainly runs over samples."""
    pairs: bool
    """It runs over one or both batch axes of an N×N matrix."""
    single: bool = False
    """Every axis it runs over is known to have length 1."""
    singles: bool = False
    """Those that are known have, or their entries are one and the same, and of the others there may be none."""
    selected: bool = False
    """How many entries it combines depends on the data (a boolean mask)."""
    largest: bool = False
    """It runs over the largest so many samples."""
    copied: Sequence[bool] = ()
    """Of each axis that it runs over, whether its entries are one and the same."""


def _all_single(axes: Axes) -> Axes:
    """What is left of axes that a reduction over all of them keeps."""
    front, back = ((SINGLE,) * len(end) for end in (axes.front, axes.back))
    if axes.middle is None:
        return Axes(front)
    return replace(axes, front=front, middle=ZERO, back=back, ones=True)


def span(axes: Axes, over: Over, keepdims: bool) -> Span:
    """The span of a reduction of ``axes`` over the axes ``over`` (all of them when ``None``)."""
    batches = axes.batches
    if isinstance(over, From):
        return _span_from(axes, over, keepdims)
    if over is None:
        rest = _all_single(axes) if keepdims else Axes()
        single = (axes.middle is None or axes.ones) and all(a.size == 1 and a.plain for a in axes.listed)
        selected = any(axis.data for axis in axes.listed)
        some = single and axes != Axes()
        ones = bool(axes.listed) and all(axis.size == 1 for axis in axes.listed)
        copied = [axis.copies for axis in axes.listed] + [False] * (axes.middle is not None)
        return Span(axes.total, rest, batches > 0, batches > 1, some, ones, selected, axes.largest, copied)
    reduced: list[Axis] = []
    alone = bool(over)
    if keepdims and min(over, default=-1) >= 0:
        axes = axes.leading(max(over) + 1)
    if max(over, default=-1) >= 0:
        axes = _deep_enough(axes, over)
    rest = axes
    for index in sorted(over, key=lambda i: (i < 0, -i if i >= 0 else i)):
        axis = rest.at(index)
        if axis is None:
            return Span(UNKNOWN, WILD, False, False)
        reduced.append(axis)
        # What stands in the ellipsis is the nearest that is listed, if nothing does.
        nearest = rest.listed[index] if -len(rest.listed) <= index < len(rest.listed) else axis
        copied_there = nearest.copies and nearest is not axis
        alone = alone and nearest.plain and (nearest.size == 1 or copied_there)
        if keepdims:
            rest = rest.without(index, SINGLE)
    if not keepdims:
        rest = remove(axes, over)
    extent: Degree = ZERO
    for axis in reduced:
        extent = plus(extent, axis.extent)
    samples = any(axis.batch for axis in reduced)
    ones = axes.ones and all(axis.size == 1 for axis in axes.listed)
    single = bool(reduced) and (ones or all(axis.size == 1 and axis.plain for axis in reduced))
    selected = any(axis.data for axis in reduced)
    largest = any(axis.plain and axis.order for axis in reduced)
    copied = [axis.copies for axis in reduced]
    return Span(
        extent, rest, samples, samples and batches > 1, single, single or alone, selected, largest, copied
    )


def _span_from(axes: Axes, over: From, keepdims: bool) -> Span:
    ends = axes.front if axes.middle is None else axes.back
    if axes.middle is not None and (over.start > len(axes.front) or (over.but > len(ends) and axes.middle)):
        return Span(UNKNOWN, WILD, False, False)
    start, end = axes.front[: over.start], ends[max(len(ends) - over.but, 0) :]
    if axes.middle is None:
        end = axes.front[max(len(axes.front) - over.but, over.start) :] if over.but else ()
        gone = axes.front[over.start : max(len(axes.front) - over.but, over.start)]
    else:
        gone = (*axes.front[over.start :], *axes.back[: max(len(axes.back) - over.but, 0)])
        end = ((PLAIN,) * (over.but - len(end)) + end) if over.but else ()
    extent: Degree = ZERO if axes.middle is None else axes.middle
    for axis in gone:
        extent = plus(extent, axis.extent)
    samples = any(axis.batch for axis in gone)
    kept = Axes((*start, *end))
    if keepdims:
        singles = len(axes.front[over.start :]) if axes.middle is not None else len(gone)
        kept = Axes(
            (*start, *(SINGLE,) * singles),
            axes.middle and ZERO,
            (SINGLE,) * (len(axes.back) - len(end)) + end,
        )
        kept = kept if axes.middle is not None else Axes((*start, *(SINGLE,) * singles, *end))
    ones = bool(gone) and all(axis.size == 1 for axis in gone)
    known = axes.middle is None or axes.ones
    return Span(extent, kept, samples, samples and axes.batches > 1, ones and known, ones)


def _deep_enough(axes: Axes, over: Sequence[int]) -> Axes:
    """``axes`` with as many as ``over`` names: counted from both ends, ``(1, -1)`` are two only of three or more.

    So are ``(0, -2)``, and nothing that is counted from the end can be the batch there.
    """
    leading = [index for index in over if index >= 0]
    trailing = len(over) - len(leading)
    if axes.middle != ZERO or not leading or not trailing:
        return axes
    axes = axes.at_least(max(leading) + 1)
    if set(over) == {*leading, *range(-trailing, 0)}:
        return axes.at_least(max(leading) + 1 + trailing)
    first = next(index for index in range(len(over) + 1) if index not in over)
    return axes.at_least(first - min(over)) if first else axes


def remove(axes: Axes, over: Sequence[int]) -> Axes:
    """``axes`` without those at ``over``: from the outside in, so that the remaining indices stay true."""
    axes = _deep_enough(axes, over)
    if axes.middle is None and axes.front:
        gone = {index % len(axes.front) for index in over}
        return Axes(tuple(axis for at, axis in enumerate(axes.front) if at not in gone))
    for index in sorted((i for i in over if i >= 0), reverse=True):
        axes = axes.without(index)
    for index in sorted(i for i in over if i < 0):
        axes = axes.without(index)
    return axes
