"""Handlers of what makes a tensor of no other one: constants, ranges, identity matrices, placeholders."""

from __future__ import annotations

from . import shapes
from .axes import BATCH, FEATURES, PLAIN, WILD, Axis, closed
from .degree import ZERO
from .operations import Call, handles
from .values import (
    Const,
    Many,
    Range,
    Seq,
    ShapeOf,
    Spread,
    Tensor,
    Unknown,
    Value,
    constant,
    finite,
    tensor,
)


@handles("constant")
def _constant(call: Call) -> Value:
    how = call.operation.how
    if how == "value":
        source = call.value("x")
        return source if isinstance(source, (Const, Seq)) else tensor(source)
    if how == "like":
        axes = call.tensor("x").axes
        number = call.operation.get("value")
        return constant(finite(number) if number is not None else None, axes)
    if how == "eye":
        return _eye(call)
    if how == "range":
        return _arange(call)
    if how == "weights":
        return Many(constant(axes=FEATURES, weights=True), PLAIN)
    if how == "placeholder":
        return _placeholder(call.value("shape"))
    number = {"zeros": 0.0, "ones": 1.0}.get(how)
    shape = call.value("shape")
    axes = (
        shapes.reshape(call.at, constant(axes=WILD), shape).axes
        if not isinstance(shape, ShapeOf)
        else shape.axes
    )
    if isinstance(shape, Seq):
        axes = closed(_axis_of_length(item) for item in shape.items)
    elif isinstance(shape, (Const, Tensor)):
        axes = closed((_axis_of_length(shape),))
    return constant(number, axes)


def _placeholder(shape: Value) -> Value:
    """What TensorFlow 1 is fed: a batch where the first length is left open or says so, else a setting."""
    if not isinstance(shape, Seq):
        return Tensor(WILD, ZERO, ZERO, Spread.SAMPLE, opaque=True)
    if not shape.items:
        return constant(opaque=True)
    first, *rest = shape.items
    lengths = [PLAIN if one == Const(None) else _axis_of_length(one) for one in rest]
    if first == Const(None) or (isinstance(first, Tensor) and first.nominal):
        return Tensor(closed((BATCH, *lengths)), ZERO, ZERO, Spread.SAMPLE)
    return Unknown("a placeholder of a fixed length")


def _axis_of_length(value: Value) -> Axis:
    if isinstance(value, Const) and isinstance(value.value, int):
        return Axis(size=value.value)
    length = tensor(value)
    return Axis(length.degree) if not length.data else Axis(length.degree, data=True)


def _eye(call: Call) -> Tensor:
    length = _axis_of_length(call.value("n"))
    return constant(None, closed((length, length)), diagonal=length.batch)


def _arange(call: Call) -> Value:
    """``range(…)``, ``tf.range(…)``: as an axis list when its bounds are small constants, else a vector."""
    start, limit = call.value("start"), call.value("limit")
    if limit == Const(None):
        start, limit = Const(0), start
    step = call.roles.get("delta", Const(1))
    if isinstance(start, Const) and isinstance(limit, Const) and isinstance(step, Const):
        try:
            numbers = range(start.value, limit.value, step.value if step.value is not None else 1)
        except (TypeError, ValueError):
            return constant(axes=closed((PLAIN,)))
        if len(numbers) <= 16:
            return Seq(tuple(Const(number) for number in numbers))
        return Range(start, limit)
    return Range(start, limit)
