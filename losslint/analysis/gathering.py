"""Entries taken by index: ``gather``, ``gather_nd``, one gather per sample, and coordinates that count the samples.

``gather_nd(x, stack([range(N), ids], 1))`` and ``gather(x, ids, batch_dims=1)`` are the ways to take one entry of each
sample; ``gather(x, argsort(t))`` puts the samples in another order and leaves nothing out.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from . import joining, signs
from .axes import BATCH, PLAIN, SCALAR, WILD, Axes, Axis, closed, hidden
from .broadcasting import broadcast
from .degree import UNKNOWN, ZERO
from .joining import At, joined
from .values import Spread, Tensor, merge, unknown_tensor


def gathered(at: At, value: Tensor, indices: Tensor, axis: int = 0, batch_dims: int = 0) -> Tensor:
    """``gather``: rows of a table by index, per sample if the indices are, else a rearrangement of the batch."""
    where = value.axes.at(axis)
    if axis == 0 and where is not None and where.batch and indices.axes.rank == 1 and numbers(indices):
        return _reordered(at, value, indices.axes.front[0].order)
    if batch_dims and where is not None and where.plain and axis >= batch_dims and _alike(value, indices):
        return _taken(value, indices, _one_by_one(value.axes, indices.axes, axis, batch_dims))
    result = _taken(value, indices, WILD)
    if where is None or where.extent is UNKNOWN:
        pairs = value.axes.batches > 1  # of what is left of them nobody knows whether samples meet
        return replace(result, axes=hidden(UNKNOWN), spread=Spread.UNKNOWN if pairs else result.spread)
    if where.batch and value.data:
        if batch_dims or indices.axes.total == ZERO:
            return replace(result, axes=WILD, degree=UNKNOWN, slope=UNKNOWN, spread=Spread.UNKNOWN)
        shuffled = closed(replace(a, order=at.fresh) if a.batch else a for a in indices.axes.front)
        axes = shuffled if indices.axes.middle is None else indices.axes
        spread = max(Spread.COUPLED, indices.spread) if indices.data else value.spread
        return replace(
            result, axes=axes if value.axes.rank == 1 else hidden(indices.axes.total), spread=spread
        )
    if batch_dims:
        return replace(
            result, axes=broadcast(indices.axes, Axes((BATCH,), ZERO)) if indices.axes.batches else value.axes
        )
    if not value.data and axis == 0:  # a table of weights or classes
        rest = value.axes.without(0) if value.axes.least_rank else SCALAR
        if indices.axes.middle is None and rest.middle is None:
            return replace(result, axes=closed((*indices.axes.front, *rest.front)))
        return replace(
            result,
            axes=Axes(
                indices.axes.front, indices.axes.middle if rest.middle is None else ZERO, indices.axes.back
            ),
        )
    if indices.axes == SCALAR:
        return replace(result, axes=value.axes.without(axis))
    return replace(result, axes=value.axes if not value.axes.unsure else WILD)


def gathered_nd(at: At, value: Tensor, indices: Tensor, batch_dims: int) -> Tensor:
    """``gather_nd``: one entry of ``value`` for each row of coordinates."""
    if batch_dims:
        return _taken(value, indices, Axes(indices.axes.front[:1] or (BATCH,), ZERO))
    last, first = indices.axes.at(-1), value.axes.at(0)
    if last is not None and last.numbered and first is not None and first.batch and value.axes.batches == 1:
        moved = _reordered(at, value, indices.axes.front[0].order)
        return _taken(moved, indices, _behind(moved.axes, last.size))
    rows = indices.axes.front[0] if indices.axes.front else None
    if rows is not None and rows.data:  # the rows that `where` found: a mask in another form
        kept = _taken(value, indices, Axes((rows,), ZERO, ()))
        one_each = max(value.spread, indices.spread) is Spread.SAMPLE
        return replace(kept, spread=Spread.SAMPLE) if one_each else kept
    if value.axes.batches == 0 and not value.axes.unsure:
        return _taken(value, indices, indices.axes.without(-1) if indices.axes.least_rank > 1 else WILD)
    return unknown_tensor(*merge(value.reasons, (at.name,)))


def _behind(axes: Axes, coordinates: int | None) -> Axes:
    """What is left of each sample when so many coordinates are given, that of the sample among them."""
    if coordinates is None:
        return Axes(axes.front[:1], ZERO)
    for _ in range(coordinates - 1):
        axes = axes.without(1)
    return axes


def _taken(value: Tensor, indices: Tensor, axes: Axes) -> Tensor:
    """Entries of ``value``, of which the indices say which they are."""
    return joined(
        value,
        replace(indices, raised=(), slope=None),
        axes=axes,
        degree=value.degree,
        slope=value.slope,
        spread=joining.choice(value, indices),
    )


def _alike(value: Tensor, indices: Tensor) -> bool:
    """Whether both lead with their one batch axis."""
    return all(
        (first := one.axes.at(0)) is not None and first.batch and one.axes.batches == 1
        for one in (value, indices)
    )


def _one_by_one(value: Axes, indices: Axes, axis: int, batch_dims: int) -> Axes:
    """``value.shape[:axis] + indices.shape[batch_dims:] + value.shape[axis + 1:]``."""
    if value.middle is None and indices.middle is None:
        return closed((*value.front[:axis], *indices.front[batch_dims:], *value.front[axis + 1 :]))
    if indices.rank == batch_dims:
        return value.without(axis)
    more = max(value.least_rank - 1 + indices.least_rank - batch_dims, 1) - 1
    return Axes(value.front[:1], ZERO, (PLAIN,) * more)


def numbers(indices: Tensor) -> bool:
    """Whether these are the numbers of the samples, each once: a vector of them, or a column."""
    axes = indices.axes
    column = axes.middle is None and bool(axes.front) and all(axis.size == 1 for axis in axes.front[1:])
    return indices.permutation and column and axes.front[0].batch


def _reordered(at: At, value: Tensor, order: int) -> Tensor:
    """The samples in an order that leaves none out: rows stay together."""
    first = value.axes.front[0]
    if first.order and order:
        order = at.fresh  # an order of an order
    moved = replace(first, order=order or first.order)
    axes, parts = value.axes.without(0, moved), signs.drawn(value.parts)
    return replace(value, axes=axes, number=None, permutation=False, parts=parts)


def coordinates(parts: Sequence[Tensor], *, stacked: bool) -> Axes | None:
    """The axes of coordinates that begin with the number of the sample, side by side; ``None`` for anything else.

    ``stacked``: each part is a vector; else they are columns that were joined. The first part says what the rank is.
    """
    if len(parts) < 2 or not numbers(parts[0]) or parts[0].axes.rank != (1 if stacked else 2):
        return None
    first = parts[0].axes.front[0]
    if any(not _alike(part, part) or part.axes.front[:1] != (first,) for part in parts):
        return None
    sizes = [1 if stacked else _width(part.axes) for part in parts]
    known = [size for size in sizes if size is not None]
    width = sum(known) if len(known) == len(sizes) else None
    return closed((first, Axis(size=width, numbered=True)))


def _width(axes: Axes) -> int | None:
    """How many columns a matrix has, if that is known."""
    return axes.front[1].size if axes.rank == 2 else None
