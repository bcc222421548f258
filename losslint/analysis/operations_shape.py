"""Handlers of the ``shape`` kind: the tables' names for what ``shapes`` does."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

from . import functions, gathering, joining, lineage, shapes, signs, stacking
from .axes import PLAIN, SCALAR, WILD, Axes, Axis, closed, hidden
from .broadcasting import broadcast
from .degree import UNKNOWN, ZERO, plus
from .operations import Call, Handler, handles
from .spans import From
from .values import (
    Const,
    Many,
    Rank,
    Seq,
    ShapeOf,
    Slice,
    Spread,
    Tensor,
    Unknown,
    Value,
    constant,
    merge,
    tensor,
    unknown_tensor,
)

SHAPES: dict[str, Handler] = {}


def shape(*names: str) -> Callable[[Handler], Handler]:
    """Register a handler for variants of the ``shape`` kind."""

    def register(handler: Handler) -> Handler:
        for name in names:
            SHAPES[name] = handler
        return handler

    return register


@handles("shape")
def _shape(call: Call) -> Value:
    handler = SHAPES.get(call.operation.how)
    return handler(call) if handler is not None else Unknown(call.at.name)


@shape("reshape", "ensure_shape")
def _reshape(call: Call) -> Value:
    target = call.value("shape")
    if call.operation.how == "ensure_shape":
        return call.tensor("x")
    return shapes.reshape(call.at, call.tensor("x"), target)


@shape("flatten")
def _flatten(call: Call) -> Value:
    return shapes.flattened(call.at, call.tensor("x"))


@shape("batch_flatten")
def _batch_flatten(call: Call) -> Value:
    return shapes.flattened(call.at, call.tensor("x"), keep_first=True)


@shape("expand_dims")
def _expand_dims(call: Call) -> Value:
    return shapes.expanded(call.tensor("x"), call.integer("axis"))


@shape("squeeze")
def _squeeze(call: Call) -> Value:
    over = call.axes()
    value = call.tensor("x")
    if isinstance(over, (Unknown, From)):
        return replace(value, axes=hidden(value.axes.total))
    return shapes.squeezed(value, over)


@shape("squeeze_or_expand")
def _squeeze_or_expand(call: Call) -> Value:
    return Seq((call.tensor("x"), call.tensor("y")))


@shape("transpose", "permute")
def _transpose(call: Call) -> Value:
    perm = call.axes("perm")
    value = call.tensor("x")
    if isinstance(perm, (Unknown, From)):
        return replace(value, axes=hidden(value.axes.total))
    return shapes.transposed(value, perm)


@shape("swapaxes")
def _swapaxes(call: Call) -> Value:
    value, first, second = call.tensor("x"), call.integer("axis1", -2), call.integer("axis2", -1)
    one, two = value.axes.at(first or 0), value.axes.at(second or 0)
    if one is None or two is None or one.extent is UNKNOWN or two.extent is UNKNOWN:
        return replace(value, axes=hidden(value.axes.total))
    if one.plain and two.plain:
        return value
    return replace(value, axes=value.axes.without(first or 0, two).without(second or 0, one))


@shape("moveaxis")
def _moveaxis(call: Call) -> Value:
    source, target = call.integer("source"), call.integer("destination")
    value = call.tensor("x")
    if source is None or target is None:
        return replace(value, axes=hidden(value.axes.total))
    return shapes.moved(value, source, target)


@shape("stack")
def _stack(call: Call) -> Value:
    source, axis = call.value("xs"), call.integer("axis", 0) or 0
    whole = stacking.stacked(source, axis)
    return _with_coordinates(source, whole, axis, stacked=True)


@shape("concat")
def _concat(call: Call) -> Value:
    axis = call.integer("axis", 0 if "axis" not in call.roles else None)
    source = call.value("xs")
    if isinstance(source, Seq) and any(isinstance(item, ShapeOf) for item in source.items):
        return _joined_shapes(source)
    return _with_coordinates(source, stacking.concatenated(call.at, source, axis), axis, stacked=False)


def _with_coordinates(source: Value, whole: Tensor, axis: int | None, *, stacked: bool) -> Tensor:
    """Vectors or columns side by side, where the first of them counts the samples."""
    if axis not in (1, -1) or not isinstance(source, Seq):
        return whole
    axes = gathering.coordinates([tensor(item) for item in source.items], stacked=stacked)
    return whole if axes is None else replace(whole, axes=axes)


def _joined_shapes(source: Seq) -> Value:
    """``concat([tf.shape(x)[:1], [4]], 0)``: a shape made of shapes; one with a -1 in it is a list of dimensions."""
    parts = [_listed(item) for item in source.items]
    if any(isinstance(part, Seq) and Const(-1) in part.items for part in parts):
        whole = [shapes.dimensions(part) if isinstance(part, ShapeOf) else part for part in parts]
        if all(isinstance(part, Seq) for part in whole):
            return Seq(tuple(item for part in whole if isinstance(part, Seq) for item in part.items))
        return Unknown("a shape")
    axes = Axes()
    for item in parts:
        if isinstance(item, ShapeOf):
            more = item.axes
        elif isinstance(item, Seq):
            more = closed(
                Axis(size=part.value)
                if isinstance(part, Const) and isinstance(part.value, int)
                else Axis(tensor(part).degree)
                for part in item.items
            )
        else:
            return Unknown("a shape")
        if axes.middle is not None and more.middle is not None:
            return Unknown("a shape")
        if axes.middle is None:
            axes = Axes(axes.front + more.front, more.middle, more.back)
        else:
            axes = Axes(axes.front, axes.middle, axes.back + more.front)
    return ShapeOf(axes)


def _listed(part: Value) -> Value:
    """A part of a shape; a vector of one number, such as ``-tf.ones([1])``, is a list of it."""
    if isinstance(part, Tensor) and part.number is not None and part.axes == closed((Axis(size=1),)):
        return Seq((Const(int(part.number)),))
    return part


@shape("unstack")
def _unstack(call: Call) -> Value:
    if isinstance(call.value("x"), ShapeOf):
        return call.value("x")
    return stacking.unstacked(call.tensor("x"), call.integer("axis", 0) or 0, call.integer("num"))


@shape("split")
def _split(call: Call) -> Value:
    number: int | None
    pieces = call.value("num")
    number = len(pieces.items) if isinstance(pieces, Seq) else call.integer("num")
    if isinstance(pieces, Seq) and call.operation.get("points"):  # numpy: cut points, not sizes
        number = len(pieces.items) + 1
    return stacking.split(call.at, call.tensor("x"), number, call.integer("axis", 0) or 0)


@shape("tile")
def _tile(call: Call) -> Value:
    counts = call.value("reps")
    items = counts.items if isinstance(counts, Seq) else (counts,)
    return shapes.repeated(call.at, call.tensor("x"), items)


@shape("repeat")
def _repeat(call: Call) -> Value:
    value, axis, counts = call.tensor("x"), call.integer("axis"), call.tensor("reps")
    if axis is None:
        value, axis = shapes.flattened(call.at, value), 0
    where = value.axes.at(axis)
    if where is None or where.extent is UNKNOWN or counts.data:
        return joining.astray(value)
    if where.plain and counts.degree == ZERO:
        listed = value.axes.middle is None or 0 <= axis < len(value.axes.front)
        longer = Axis(copies=where.copies or where.size == 1)
        return replace(value, axes=value.axes.without(axis, longer) if listed else value.axes)
    # Each entry is followed by its own copies: the blocks of the samples stay in order.
    longer = replace(where, extent=plus(where.extent, counts.degree), size=None)
    return replace(value, axes=value.axes.without(axis, longer))


@shape("gather")
def _gather(call: Call) -> Value:
    value, indices = call.tensor("x"), call.tensor("indices")
    batch_dims = call.integer("batch_dims", 0) or 0
    axis = call.integer("axis")
    return gathering.gathered(call.at, value, indices, batch_dims if axis is None else axis, batch_dims)


@shape("gather_nd")
def _gather_nd(call: Call) -> Value:
    batch_dims = call.integer("batch_dims", 0) or 0
    return gathering.gathered_nd(call.at, call.tensor("x"), call.tensor("indices"), batch_dims)


@shape("boolean_mask")
def _boolean_mask(call: Call) -> Value:
    if call.integer("axis", 0):
        return unknown_tensor(call.at.name)
    return shapes.masked(call.at, call.tensor("x"), call.tensor("mask"))


@shape("where")
def _where(call: Call) -> Value:
    condition = call.tensor("condition")
    if call.value("x") == Const(None):  # the indices where the condition holds
        rows = Axis(condition.axes.total, order=call.at.fresh, data=True)
        return Tensor(
            closed((rows, PLAIN)), spread=condition.spread, flaws=condition.flaws, reduced=condition.reduced
        )
    chosen = call.tensor("x")
    vector = condition.axes.rank == 1 and condition.axes.batches == 1
    if vector and chosen.axes.least_rank > 1 and (first := chosen.axes.at(0)) is not None and first.batch:
        condition = replace(condition, axes=SCALAR)  # TensorFlow 1 chooses whole rows
    return functions.choose(call.at, condition, chosen, call.tensor("y"))


@shape("one_hot")
def _one_hot(call: Call) -> Value:
    indices, depth = call.tensor("indices"), call.tensor("depth")
    size = call.integer("depth")
    hot = functions.step_function(call.at, indices)
    axis = call.integer("axis", -1)
    last = Axis(size=size) if depth.degree == ZERO else Axis(depth.degree)
    if last.batch:
        last = Axis(depth.degree, order=call.at.fresh)
    whole = replace(
        hot,
        axes=indices.axes.insert(-1 if axis is None else axis, last),
        number=None,
        parts=lineage.made(lineage.Atom(source=indices.parts, nonnegative=True, step=True)),
    )
    # A single 1 among N entries is to sums what a diagonal is.
    return replace(whole, diagonal=last.batch)


@shape("pad")
def _pad(call: Call) -> Value:
    return replace(shapes.unsized(call.tensor("x")), number=None)


@shape("diag_part", "numpy_diag")
def _diag_part(call: Call) -> Value:
    value = call.tensor("x")
    first, second = call.integer("axis1", -2), call.integer("axis2", -1)
    one, two = value.axes.at(first or 0), value.axes.at(second or 0)
    if value.axes.rank == 1 and call.operation.how == "numpy_diag":
        return _diagonal_matrix(value)
    if one is None or two is None or one.extent is UNKNOWN or two.extent is UNKNOWN:
        return replace(value, axes=WILD, degree=UNKNOWN if value.data else value.degree)
    if one.batch != two.batch:
        return replace(value, axes=WILD, degree=UNKNOWN)
    kept = value.axes.without(second or 0).without(
        first if first is not None and first >= 0 else (first or 0) + 1, one
    )
    return shapes.on_diagonal(replace(value, axes=kept))


def _diagonal_matrix(value: Tensor) -> Tensor:
    axis = value.axes.at(-1)
    if axis is None:
        return joining.astray(value)
    return replace(
        value,
        axes=value.axes.insert(len(value.axes.front) if value.axes.middle is None else -1, axis),
        diagonal=axis.batch,
        number=_among_zeros(value),
    )


def _among_zeros(value: Tensor) -> float | None:
    """The one number that all entries are when zeros are put beside them, if there is one."""
    return 0.0 if value.number == 0 else None


@shape("diag")
def _diag(call: Call) -> Value:
    return _diagonal_matrix(call.tensor("x"))


@shape("band_part", "update")
def _band_part(call: Call) -> Value:
    value = call.tensor("x")
    other = call.roles.get("y")
    if other is not None:
        update = tensor(other)
        both = stacking.blend([value, update]) if value.data or update.data else value
        if update.axes.batches < value.axes.batches:  # the diagonal of an N×N matrix
            both = replace(both, degree=value.degree, slope=value.slope)
        return replace(both, axes=value.axes, number=None)
    only = call.integer("lower") == call.integer("upper") == 0  # nothing but the diagonal is left
    diagonal = value.diagonal or (only and value.axes.batches > 1)
    return replace(value, diagonal=diagonal, number=_among_zeros(value), parts=signs.drawn(value.parts))


@shape("slice")
def _slice(call: Call) -> Value:
    begin, size = call.value("begin"), call.value("size")
    if not isinstance(begin, Seq) or not isinstance(size, Seq) or len(begin.items) != len(size.items):
        return joining.astray(call.tensor("x"))
    items: list[Value] = []
    for start, length in zip(begin.items, size.items, strict=True):
        whole = length == Const(-1) or (isinstance(length, Tensor) and length.degree != ZERO)
        items.append(Slice(start, None if whole else Const(10**6), None))
    return shapes.indexed(call.at, call.tensor("x"), items)


@shape("broadcast_to")
def _broadcast_to(call: Call) -> Value:
    value, target = call.tensor("x"), call.value("shape")
    if isinstance(target, ShapeOf):
        axes = target.axes
    elif isinstance(target, Seq):
        axes = closed(
            Axis(size=item.value)
            if isinstance(item, Const) and isinstance(item.value, int)
            else Axis(tensor(item).degree)
            for item in target.items
        )
    else:
        return joining.astray(value)
    axes = broadcast(value.axes, axes)
    return replace(value, axes=axes, separable=joining.separable(axes, value), parts=signs.drawn(value.parts))


def _elsewhere(value: Tensor) -> Tensor:
    """The same entries in another order: they add up to what they did."""
    return replace(value, parts=lineage.gathered(value.parts))


@shape("reverse", "roll")
def _reverse(call: Call) -> Value:
    value, over = _elsewhere(call.tensor("x")), call.axes()
    if isinstance(over, tuple):
        for index in over:
            axis = value.axes.at(index)
            if axis is not None and axis.batch:
                value = replace(value, axes=value.axes.without(index, replace(axis, order=call.at.fresh)))
            elif axis is None or axis.extent is UNKNOWN:
                return replace(value, axes=hidden(value.axes.total))
        return value
    return value if value.axes.total == ZERO else replace(value, axes=hidden(value.axes.total))


@shape("shuffle")
def _shuffle(call: Call) -> Value:
    value = _elsewhere(call.tensor("x"))
    axis = value.axes.at(0)
    if axis is None or axis.extent is UNKNOWN:
        return replace(value, axes=hidden(value.axes.total))
    return (
        replace(value, axes=value.axes.without(0, replace(axis, order=call.at.fresh)))
        if axis.batch
        else value
    )


@shape("shape_of")
def _shape_of(call: Call) -> Value:
    axes = call.tensor("x").axes
    return ShapeOf(axes)


@shape("static_shape_of")
def _static_shape_of(call: Call) -> Value:
    return ShapeOf(call.tensor("x").axes, static=True)


@shape("size_of")
def _size_of(call: Call) -> Value:
    source = call.value("x")
    if isinstance(source, ShapeOf):
        return constant()
    return shapes.size_of(call.tensor("x").axes)


@shape("rank_of")
def _rank_of(call: Call) -> Value:
    axes = call.tensor("x").axes
    return Const(axes.rank) if axes.rank is not None else Rank(axes)


@shape("length_of")
def _length_of(call: Call) -> Value:
    return length_of(call.value("x"))


def length_of(value: Value) -> Value:
    """``len(value)``."""
    if isinstance(value, Seq):
        return Const(len(value.items))
    if isinstance(value, Many):
        return shapes.dimension(value.axis, True)
    if isinstance(value, ShapeOf):
        return Const(value.axes.rank) if value.axes.rank is not None else Rank(value.axes)
    if isinstance(value, Const) and isinstance(value.value, str):
        return Const(len(value.value))
    whole = tensor(value)
    axis = whole.axes.at(0)
    if axis is None or axis.extent is UNKNOWN:
        return unknown_tensor("a length")
    return shapes.dimension(axis, True)


@shape("meshgrid")
def _meshgrid(call: Call) -> Value:
    xs = call.value("xs")
    return (
        Seq(tuple(joining.astray(tensor(item)) for item in xs.items))
        if isinstance(xs, Seq)
        else Unknown(call.at.name)
    )


@shape("unique")
def _unique(call: Call) -> Value:
    return Unknown(call.at.name)


@shape("take_along")
def _take_along(call: Call) -> Value:
    value, indices = call.tensor("x"), call.tensor("indices")
    axis = call.integer("axis")
    where = value.axes.at(axis) if axis is not None else None
    if where is None or not where.plain:
        return unknown_tensor(*merge(value.reasons, (call.at.name,)))
    axes = indices.axes if indices.axes.batches else value.axes
    return joining.joined(
        value,
        replace(indices, slope=None),
        axes=axes,
        degree=value.degree,
        slope=value.slope,
        spread=joining.interaction(value, indices),
    )


@shape("space")
def _space(call: Call) -> Value:
    value = call.tensor("x")
    if value.spread in (Spread.LINEAR, Spread.ADDITIVE):
        return functions.homogeneous(call.at, value)
    return replace(shapes.unsized(value), number=None)
