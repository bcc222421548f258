"""Many tensors as one and one as many: stack, concat, split, unstack."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from functools import reduce as fold

from . import lineage, signs
from .axes import PLAIN, UNSURE, WILD, Axis, closed, without_known
from .broadcasting import broadcast
from .degree import UNKNOWN, ZERO, Degree, plus, same
from .joining import At, aligned, astray, joined, separable, some_features, together
from .values import (
    Many,
    Seq,
    ShapeOf,
    Spread,
    Tensor,
    Unknown,
    Value,
    constant,
    tensor,
)


def blend(parts: Sequence[Tensor]) -> Tensor:
    """Several tensors as the entries of one: what they share, the histories of all. The axes are the caller's."""
    first, *rest = parts
    result = first
    for part in rest:
        sum_ = lineage.summed(result.parts, part.parts)
        spread = max(result.spread, part.spread)
        result = joined(
            result,
            part,
            axes=result.axes,
            degree=_shared(result, part),
            slope=together(result, part),
            spread=spread.doubtful if lineage.cancels(sum_) else spread,  # all of them added up
            offset=max(result.offset, part.offset),
            unlike=result.unlike or part.unlike or (result.spread, result.slope) != (part.spread, part.slope),
            parts=result.parts if lineage.one_value(result.parts, part.parts) else lineage.gathered(sum_),
        )
    return result


def _shared(left: Tensor, right: Tensor) -> Degree:
    for value, other in ((left, right), (right, left)):
        if value.number == 0 and not value.data:
            return other.degree
    if left.degree != right.degree and any(lineage.short_of_a_share(value.parts) for value in (left, right)):
        return UNKNOWN
    return same((left.degree, right.degree))


def _copies(parts: Sequence[Tensor]) -> bool:
    first = parts[0]
    return all(
        part is first or (part.axes == first.axes and lineage.one_value(part.parts, first.parts))
        for part in parts
    )


def stacked(value: Value, axis: int = 0) -> Tensor:
    """A list of tensors as one tensor with a new axis (``tf.stack``, and what any operation does to a list)."""
    if isinstance(value, ShapeOf):
        degree = ZERO if value.axes.total == ZERO else UNKNOWN
        return Tensor(closed((Axis(size=value.axes.rank),)), degree)
    if isinstance(value, Many):
        item = tensor(value.item)
        return replace(item, axes=item.axes.insert(axis, value.axis), number=None)
    if not isinstance(value, Seq) or not value.items:
        return tensor(value) if not isinstance(value, Seq) else constant(axes=closed((Axis(size=0),)))
    parts = [tensor(item) for item in value.items]
    whole = blend(parts)
    new = Axis(size=len(parts), copies=_copies(parts))
    axes = fold(broadcast, (part.axes for part in parts)).insert(axis, new)
    apart = separable(axes, *parts)
    if whole.spread is Spread.SAMPLE and not all(aligned(parts[0], part) for part in parts[1:]):
        whole = replace(whole, spread=Spread.UNKNOWN)  # samples in two orders side by side
    return replace(whole, axes=axes, number=None, count=False, separable=apart)


def concatenated(at: At, value: Value, axis: int | None) -> Tensor:
    """Tensors joined along an axis; along the batch the samples are rearranged."""
    if isinstance(value, Many):
        item = tensor(value.item)
        where = item.axes.at(axis) if axis is not None else None
        if where is None:
            return astray(item)
        extent = plus(where.extent, value.axis.extent)
        return replace(
            item, axes=item.axes.without(axis or 0, Axis(extent, order=at.fresh if extent != ZERO else 0))
        )
    if not isinstance(value, Seq) or not value.items:
        return tensor(value)
    parts = [tensor(item) for item in value.items]
    whole = replace(blend(parts), number=None, count=False)
    if axis is None:
        return astray(whole)
    extents = {where.extent if (where := part.axes.at(axis)) is not None else UNKNOWN for part in parts}
    axes = next((part.axes for part in parts if part.axes.batches), parts[0].axes)
    where = axes.at(axis)
    if where is None or UNKNOWN in extents:
        return astray(whole)
    if where.plain:
        new = Axis(copies=_copies(parts))
        return replace(
            whole, axes=axes.without(axis, new) if axes.middle is None or axis < len(axes.front) else axes
        )
    return replace(whole, axes=axes.without(axis, replace(where, order=at.fresh)))


def split(at: At, value: Tensor, number: int | None, axis: int) -> Value:
    """``split``: pieces along an axis; pieces of the batch are no longer aligned with each other."""
    where = value.axes.at(axis)
    if where is None:
        return Unknown(f"the axis of {at.name}")
    piece = value
    if where.plain:
        listed = (
            value.axes.middle is None
            or 0 <= axis < len(value.axes.front)
            or 0 < -axis <= len(value.axes.back)
        )
        piece = replace(value, axes=value.axes.without(axis, PLAIN)) if listed else value
        return Seq(pieces(piece, number)) if number else Many(_one_of_many(piece), PLAIN)
    if not number:
        return Many(_one_of_many(astray(value)), PLAIN)
    return Seq(
        tuple(
            replace(
                value,
                axes=value.axes.without(axis, replace(where, order=at.fresh + k)),
                parts=signs.drawn(value.parts),
            )
            for k in range(number)
        )
    )


def unstacked(value: Tensor, axis: int, number: int | None = None) -> Value:
    """``unstack``, and what iterating over a tensor gives: its entries along an axis."""
    where = value.axes.at(axis)
    if number and where is UNSURE:  # of a length that the program states, so not the batch
        return Seq(pieces(replace(value, axes=without_known(value.axes, axis), number=None), number))
    if where is None or where.extent is UNKNOWN:
        return Many(unsure_item(value), UNSURE)
    item = replace(value, axes=value.axes.without(axis), number=None)
    number = number or where.size
    if where.plain and number and number <= 16:
        return Seq(pieces(item, number))
    return Many(_one_of_many(item), where)


def pieces(value: Value, number: int) -> tuple[Value, ...]:
    """So many parts of a value: alike, but not the same."""
    if not isinstance(value, Tensor):
        return (value,) * number
    return tuple(some_features(value) for _ in range(number))


def this_one(value: Value) -> Value:
    """One of many while it is looked at: as long as that lasts, it is like itself."""
    if isinstance(value, Seq):
        return Seq(tuple(this_one(item) for item in value.items), value.mutable)
    if not isinstance(value, Tensor) or not any(part.atom.several for part in value.parts):
        return value
    return replace(value, parts=signs.drawn(value.parts))


def unsure_item(value: Tensor) -> Tensor:
    """An entry of a tensor along an axis that may or may not be the batch."""
    degree = UNKNOWN if value.data else value.degree
    return _one_of_many(replace(value, axes=WILD, degree=degree, number=None))


def _one_of_many(value: Tensor) -> Tensor:
    return some_features(value, several=True)
