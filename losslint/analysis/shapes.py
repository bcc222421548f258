"""Operations that move axes: reshape, transpose, indexing, stacking, gathering, masking.

They leave degree and slope of the entries alone; what they change is where the batch axis stands, what its length is
made of, and whether entry i still belongs to sample i.
"""

from __future__ import annotations

import sys
from collections.abc import Sequence
from dataclasses import replace
from fractions import Fraction
from functools import reduce as fold
from math import prod

from . import gathering, joining, lineage, signs
from .axes import ADDED, PLAIN, SCALAR, UNSURE, WILD, Axes, Axis, closed, hidden, without_known
from .degree import MIXED, UNKNOWN, ZERO, Degree, minus, plus
from .joining import At, joined
from .spans import remove
from .values import (
    Const,
    Kind,
    Many,
    Offset,
    Seq,
    ShapeOf,
    Slice,
    Spread,
    Tensor,
    Value,
    constant,
    merge,
    tensor,
)


def dimension(axis: Axis, static: bool) -> Value:
    """The length of one axis as a number: a constant, a count, or a data-dependent count."""
    if axis.data:
        return size_of(Axes((axis,)))
    if axis.plain:
        return Const(axis.size) if axis.size is not None else constant()
    return Tensor(SCALAR, axis.extent, count=isinstance(axis.extent, Fraction), static=static)


def dimensions(shape: ShapeOf) -> Value:
    """All dimensions of a shape, as a tuple if the rank is known."""
    if shape.axes.rank is None:
        return shape
    return Seq(tuple(dimension(axis, shape.static) for axis in shape.axes.front))


def size_of(axes: Axes, static: bool = False) -> Tensor:
    """The number of entries."""
    if any(axis.data for axis in axes.listed):
        joint = any(axis.joint for axis in axes.listed)
        spread = Spread.UNKNOWN if joint else Spread.LINEAR
        return Tensor(SCALAR, axes.total, None, spread, parts=lineage.made(lineage.Atom(nonnegative=True)))
    counts = isinstance(axes.total, Fraction) and axes.total > 0
    return Tensor(SCALAR, axes.total, count=counts, static=static)


def reshape(at: At, value: Tensor, shape: Value) -> Tensor:
    """``value`` in a new shape; the batch keeps its order only if it stays the leading axis."""
    if isinstance(shape, ShapeOf):
        if shape.axes.total == value.axes.total or UNKNOWN in (shape.axes.total, value.axes.total):
            return replace(value, axes=shape.axes)
        return replace(value, axes=hidden(value.axes.total))
    if isinstance(shape, (Const, Tensor)):
        shape = Seq((shape,))
    if not isinstance(shape, Seq):
        return replace(value, axes=hidden(value.axes.total))
    axes: list[Axis | None] = []
    for item in shape.items:
        if isinstance(item, Const) and isinstance(item.value, int):
            axes.append(None if item.value == -1 else Axis(size=item.value))
        elif isinstance(item, Const) and item.value is None:
            axes.append(None)
        elif isinstance(item, Tensor) and not item.data and item.axes == SCALAR:
            axes.append(Axis(item.degree))
        else:
            return replace(value, axes=hidden(value.axes.total))
    known: Degree = ZERO
    for axis in axes:
        known = plus(known, axis.extent) if axis is not None else known
    left = minus(value.axes.total, known)
    if (
        axes.count(None) > 1
        or (isinstance(left, Fraction) and left < 0)
        or (None not in axes and left != ZERO)
    ):
        return replace(value, axes=hidden(value.axes.total))
    masked = any(axis.data for axis in value.axes.listed)
    size = _size_left(value.axes, [axis.size for axis in axes if axis is not None])
    result = [axis if axis is not None else Axis(left, size) for axis in axes]
    return replace(value, axes=_rearranged(at, value.axes, result, masked))


def _size_left(axes: Axes, given: Sequence[int | None]) -> int | None:
    """How many entries one axis more has, where the others are ``given``."""
    sizes = [axis.size for axis in axes.front]
    if axes.middle is not None or None in (*sizes, *given) or not all(given):
        return None
    return prod(size for size in sizes if size is not None) // prod(
        size for size in given if size is not None
    )


def _rearranged(at: At, before: Axes, after: list[Axis], masked: bool) -> Axes:
    """Where the samples are after a reshape."""
    if all(axis.plain for axis in after):
        return closed(after)
    leading = _leads(before)
    first = next((at_ for at_, axis in enumerate(after) if not axis.plain), 0)
    if any(axis.size != 1 for axis in after[:first]):  # (K, -1): the batch is cut into K pieces
        return Axes((), closed(after).total, ())
    order = leading.order if leading is not None else at.fresh
    marked = [axis if axis.plain else replace(axis, order=order, data=masked) for axis in after]
    if leading is None and len(after) > 1:
        return hidden(closed(after).total)
    return closed(marked)


def _leads(axes: Axes) -> Axis | None:
    """The batch axis, if nothing but axes of length 1 stands before it."""
    for axis in axes.front:
        if not axis.plain:
            return axis
        if axis.size != 1:
            return None
    return None


def flattened(at: At, value: Tensor, keep_first: bool = False) -> Tensor:
    """All entries in one axis, or (``keep_first``) all of each sample's."""
    if not keep_first:
        return reshape(at, value, Seq((Const(-1),)))
    first = value.axes.at(0)
    if first is None or first.extent is UNKNOWN:
        return joining.astray(value)
    rest = minus(value.axes.total, first.extent)
    sizes = [axis.size for axis in value.axes.front[1:]] if value.axes.middle is None else [None]
    known = [size for size in sizes if size is not None]
    return replace(value, axes=closed((first, Axis(rest, prod(known) if known == sizes else None))))


def expanded(value: Tensor, axis: int | None) -> Tensor:
    """A new axis of length 1: in front of all others, every entry still meets itself."""
    if axis != 0:
        value = replace(value, parts=lineage.gathered(value.parts))
    value = replace(value, number=None)
    return joining.astray(value) if axis is None else replace(value, axes=value.axes.insert(axis, ADDED))


def squeezed(value: Tensor, over: Sequence[int] | None) -> Tensor:
    """Axes of length 1 dropped. Without ``axis``, feature axes of unknown length may or may not go."""
    if over is not None:
        over = [_nearest(value.axes, index) for index in over]
    if over is not None and any(value.axes.at(index) is UNSURE for index in over):
        return replace(value, axes=fold(without_known, sorted(over, key=abs, reverse=True), value.axes))
    if over is not None:
        return replace(value, axes=remove(value.axes, over))
    if value.axes.middle is None and all(axis.batch or axis.size is not None for axis in value.axes.front):
        return replace(value, axes=closed(axis for axis in value.axes.front if axis.size != 1))
    if value.axes.unsure or (value.axes.front and not value.axes.front[0].batch):
        return replace(value, axes=hidden(value.axes.total))
    return replace(
        value,
        axes=Axes(value.axes.front[:1], ZERO if value.axes.total == value.axes.front[0].extent else UNKNOWN)
        if value.axes.front
        else WILD,
    )


def _nearest(axes: Axes, index: int) -> int:
    """The place from the front of an axis of length 1 that an index from the end means, if the ellipsis is empty."""
    at = index + len(axes.listed)
    behind = axes.middle is not None and -index > len(axes.back)
    return at if behind and 0 <= at < len(axes.front) and axes.front[at].size == 1 else index


def transposed(value: Tensor, perm: Sequence[int] | None) -> Tensor:
    """Axes in the order ``perm``; reversed without it."""
    axes = value.axes
    if perm is None or list(perm) != list(range(len(perm))):
        value = replace(value, parts=lineage.gathered(value.parts))
    if perm is None:
        return replace(
            value,
            axes=replace(axes, front=axes.back[::-1], back=axes.front[::-1])
            if axes.middle is not None
            else closed(axes.front[::-1]),
        )
    moved = [axes.at(index) for index in perm]
    if any(axis is None for axis in moved):
        return replace(value, axes=hidden(axes.total))
    exact = [axis if axis is not None else UNSURE for axis in moved]
    return replace(value, axes=closed(exact))


def moved(value: Tensor, source: int, target: int) -> Tensor:
    """One axis taken out and put in elsewhere."""
    axis = value.axes.at(source)
    if axis is None or axis.extent is UNKNOWN:
        return replace(value, axes=hidden(value.axes.total))
    return replace(value, axes=value.axes.without(source).insert(target, axis))


def indexed(at: At, value: Tensor, items: Sequence[Value]) -> Tensor:
    """``value[items]``: integers drop axes, slices keep them, ``None`` adds one, masks and index tensors select."""
    ellipsis = next(
        (k for k, item in enumerate(items) if isinstance(item, Const) and item.value is Ellipsis), None
    )
    head, tail = (items, ()) if ellipsis is None else (items[:ellipsis], items[ellipsis + 1 :])
    position = 0
    for item in head:
        value, position = _index_one(at, value, item, position)
    position = -1
    for item in reversed(tail):
        value, position = _index_one(at, value, item, position)
    return value


def _index_one(at: At, value: Tensor, item: Value, position: int) -> tuple[Tensor, int]:
    """Apply one index at ``position``; the position of the next one comes back with the result."""
    onward = 1 if position >= 0 else -1
    value = replace(value, number=None, count=False)
    if isinstance(item, Const) and item.value is None:
        return expanded(value, position), position + onward
    axis = value.axes.at(position)
    if axis is None:
        return replace(value, axes=WILD, degree=UNKNOWN, slope=UNKNOWN, spread=Spread.UNKNOWN), position
    if isinstance(item, Slice):
        return _sliced(at, value, item, position, axis), position + onward
    selector = tensor(item)
    if (
        selector.axes == SCALAR and selector.spread is Spread.SAMPLE and axis.batch
    ):  # the index of a loop over samples
        return replace(value, axes=value.axes.without(position)), position
    if selector.axes == SCALAR and not isinstance(item, (Seq, Many)):
        return _picked(value, axis, position), position
    if selector.slope is None and selector.data:  # a boolean mask or computed indices
        return masked(at, value, selector), position + onward
    return gathering.gathered(at, value, selector, position), position + onward


def _picked(value: Tensor, axis: Axis, position: int) -> Tensor:
    """One entry of an axis: of a feature axis, fine; of the batch, one sample out of many."""
    if axis.plain or not value.data:
        return replace(joining.some_features(value), axes=value.axes.without(position))
    result = replace(value, axes=value.axes.without(position), parts=signs.drawn(value.parts))
    reasons = merge(value.reasons, ("one sample picked out of the batch",))
    if (
        not axis.batch or value.offset is Offset.TARGET
    ):  # of a running sum each entry is as large as its place
        return replace(result, degree=UNKNOWN, slope=UNKNOWN, spread=Spread.UNKNOWN, reasons=reasons)
    return replace(result, spread=_by_place(value), reasons=reasons)


def _by_place(value: Tensor) -> Spread:
    """Spread of samples chosen by where they stand: of sorted ones that hangs on all the others."""
    ranked = any(flaw.kind is Kind.ORDER for flaw in value.flaws)
    return Spread.COUPLED if ranked else Spread.UNKNOWN


def _sliced(at: At, value: Tensor, item: Slice, position: int, axis: Axis) -> Tensor:
    whole = all(
        part is None or (isinstance(part, Const) and part.value in (None, 0, 1))
        for part in (item.start, item.step)
    )
    if (
        whole
        and (item.stop is None or item.stop == Const(None))
        and not (isinstance(item.start, Const) and item.start.value == 1)
    ):
        return value
    if axis.plain:
        size = None
        if isinstance(item.stop, Const) and isinstance(item.stop.value, int) and item.stop.value > 0:
            start = (
                item.start.value if isinstance(item.start, Const) and isinstance(item.start.value, int) else 0
            )
            size = item.stop.value - start if item.start is None or isinstance(item.start, Const) else None
        elif isinstance(item.start, Const) and item.start.value == -1 and item.stop is None:
            size = 1
        listed = (
            value.axes.middle is None
            or 0 <= position < len(value.axes.front)
            or 0 < -position <= len(value.axes.back)
        )
        axes = value.axes.without(position, Axis(size=size)) if listed else value.axes
        return replace(joining.some_features(value), axes=axes)
    value = replace(value, permutation=False)
    if axis.extent is UNKNOWN or not value.data:
        return value
    counted = tensor(item.stop) if item.stop is not None else None
    if (
        counted is not None and counted.number is not None and counted.number >= 0
    ):  # x[:4]: a fixed number of samples
        reasons = merge(value.reasons, ("a fixed number of samples picked out of the batch",))
        return replace(
            value,
            axes=value.axes.without(position, PLAIN),
            spread=_by_place(value),
            reasons=reasons,
            parts=signs.drawn(value.parts),
        )
    spread = max(value.spread, Spread.COUPLED) if _by_place(value) is Spread.COUPLED else value.spread
    axes = value.axes.without(position, replace(axis, order=at.fresh))
    return replace(value, axes=axes, spread=spread, parts=signs.drawn(value.parts))


def masked(at: At, value: Tensor, mask: Tensor) -> Tensor:
    """``boolean_mask``: the entries where the mask holds, in one axis whose length depends on the data."""
    steady = mask.degree == ZERO  # else which entries are kept changes as the batch grows
    kept = joined(
        value,
        replace(mask, raised=()),
        axes=hidden(UNKNOWN),
        degree=value.degree if steady else mask.degree,
        slope=value.slope if steady or value.slope is None else mask.degree,
        spread=joining.choice(value, mask),
        parts=signs.drawn(value.parts, by=mask.parts),
    )
    if mask.data and signs.idle(mask.parts):  # it may keep all of them, or none
        kept = replace(kept, spread=Spread.UNKNOWN)
    orders = tuple(axis.order for axis in value.axes.listed if axis.batch)
    alike = hash((mask.parts, orders)) & sys.maxsize or 1  # masked alike, entry i is that of one sample
    joint = mask.spread is not Spread.SAMPLE or mask.axes.batches > 1
    chosen = Axis(value.axes.total, order=alike, data=True, joint=joint, mask=mask.parts)
    rank = mask.axes.rank
    if rank is None and mask.axes == value.axes and value.axes.middle == ZERO:
        return replace(kept, axes=closed((chosen,)))
    if rank is None and mask.axes.batches:
        return replace(kept, axes=closed((chosen,)))
    if rank is None:  # how many are kept is up to the data, and along which axis nobody knows
        return replace(kept, spread=Spread.UNKNOWN) if mask.data else kept
    covered = [value.axes.at(index) for index in range(rank)]
    extent: Degree = ZERO
    for axis in covered:
        extent = plus(extent, axis.extent) if axis is not None else UNKNOWN
    rest = value.axes
    for _ in range(rank):
        rest = rest.without(0)
    counted = replace(chosen, extent=extent, data=mask.data, order=alike if extent != ZERO else 0)
    return replace(kept, axes=rest.insert(0, counted))


def repeated(at: At, value: Tensor, counts: Sequence[Value]) -> Tensor:
    """``tile``: every axis repeated; by the batch size, the axis gains the batch's extent."""
    axes, value = value.axes, replace(value, parts=lineage.gathered(value.parts))
    missing = len(counts) - axes.least_rank
    if axes.middle == ZERO and missing >= 0:  # the number of counts says what the rank is
        axes = closed((*axes.front, *(PLAIN,) * missing, *axes.back))
    if axes.middle is not None or len(counts) != len(axes.front):
        return replace(value, axes=hidden(UNKNOWN if axes.middle is not None else axes.total))
    tiled = []
    for axis, count in zip(axes.front, counts, strict=True):
        times_ = tensor(count)
        if times_.number == 1:
            tiled.append(axis)
        elif times_.degree == ZERO:
            copied = Axis(copies=axis.copies or axis.size == 1)
            tiled.append(copied if axis.plain else replace(axis, order=at.fresh))
        else:
            tiled.append(Axis(plus(axis.extent, times_.degree), order=at.fresh if axis.batch else 0))
    parts = value.parts if all(tensor(count).degree == ZERO for count in counts) else lineage.fresh()
    separable = joining.separable(closed(tiled), value)
    return replace(value, axes=closed(tiled), separable=separable, permutation=False, parts=parts)


def on_diagonal(value: Tensor) -> Tensor:
    """The entries on the diagonal: of ``v[:, None] - v`` nothing is left there."""
    nothing = lineage.cancels(value.parts) or lineage.zero_beside_itself(value.parts)
    kept = joining.nothing_sure(value) if nothing else value
    return replace(kept, diagonal=False, parts=lineage.fresh())


def unsized(value: Tensor) -> Tensor:
    """A value whose feature axes may have other lengths than what it was made of."""
    front, back = (
        [replace(axis, size=None) for axis in axes] for axes in (value.axes.front, value.axes.back)
    )
    return replace(value, axes=replace(value.axes, front=tuple(front), back=tuple(back)))


def mixed_in_sample(value: Tensor, drop: int = 0, last: Axis | None = None) -> Tensor:
    """A function of each sample by itself: the first axis stays, ``drop`` trailing ones go, degree 0 is kept."""
    axes = value.axes
    for _ in range(drop):
        axes = axes.without(-1) if axes.least_rank > 1 or axes.middle is None else axes
    if last is not None and axes.back:
        axes = axes.without(-1, last)
    if not isinstance(value.degree, Fraction):
        degree: Degree = value.degree
    else:
        degree = ZERO if value.degree == ZERO else MIXED
    return replace(value, axes=axes, degree=degree, number=None, parts=lineage.fresh())
