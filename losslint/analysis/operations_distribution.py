"""Probability distributions: objects made of parameters, whose densities have one entry per event.

The parameters, less the axes that belong to one event, broadcast together to the batch shape. A density has
that shape, broadcast with the value's, and is a non-linear function of both; ``Independent`` sums it over
trailing axes.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from losslint.frozen import dataclass

from . import functions, joining
from .axes import PLAIN, SCALAR, WILD, Axes, Axis, closed
from .broadcasting import broadcast
from .degree import UNKNOWN, ZERO, same
from .joining import At
from .operations import Call, variant
from .optable import Operation
from .reduce import reduce
from .spans import From, Over
from .values import (
    Const,
    External,
    Instance,
    Seq,
    ShapeOf,
    Spread,
    Tensor,
    Unknown,
    Value,
    constant,
    merge,
    tensor,
    unknown_tensor,
)

SETTINGS = {
    "name",
    "validate_args",
    "allow_nan_stats",
    "dtype",
    "experimental_use_kahan_sum",
    "is_scale_triangular",
}


@dataclass(frozen=True, slots=True)
class Law:
    """A distribution.

    Its parameters as one tensor of batch shape, the axes of one event, what its densities sum over.
    """

    parameters: Tensor
    event: int = 0
    summed: Over = ()
    statistic: bool = False
    """A parameter is a sum or mean of the batch: a mean of the law may still be one, a density is none."""


LAW = "losslint.law"
"""The attribute of an instance that holds its law."""


def law_of(value: Value) -> Law | None:
    """The law of a distribution, if the value is one."""
    law = value.attributes.get(LAW) if isinstance(value, Instance) else None
    return law if isinstance(law, Law) else None


def _instance(call: Call, law: Law, known: dict[str, Value]) -> Instance:
    return Instance(External(call.at.name), {**known, LAW: law})  # type: ignore[dict-item]


@variant("distribution", "new")
def _new(call: Call) -> Value:
    """A distribution of parameters given by position or by name."""
    operation = call.operation
    listed = call.roles.get("xs")
    positional = list(listed.items) if isinstance(listed, Seq) else []
    by_name = {name: value for name, value in call.roles.items() if name not in SETTINGS and name != "xs"}
    given = [("", k, value) for k, value in enumerate(positional)]
    given += [(name, -1, value) for name, value in by_name.items()]
    parts = [
        _less(tensor(value), _core(operation, name, place))
        for name, place, value in given
        if value != Const(None) and not (isinstance(value, Const) and isinstance(value.value, (str, bool)))
    ]
    if not parts:
        return Unknown(call.at.name)
    statistic = any(part.spread is Spread.LINEAR for part in parts)
    law = Law(_function_of(call.at, parts), operation.get("event", 0), statistic=statistic)
    return _instance(call, law, by_name)


def _core(operation: Operation, name: str, place: int) -> int:
    """How many trailing axes of a parameter belong to one event."""
    core: int = operation.get("core", 0)
    leading = operation.get("first")
    if leading is not None and (place == 0 or name == leading):
        return int(operation.get("first_core", 0))
    return core


def _less(value: Tensor, count: int) -> Tensor:
    """A tensor without its trailing axes, which are mixed within an event."""
    axes = value.axes
    for _ in range(count):
        last = axes.at(-1)
        if last is None:  # a scalar stands for every component
            return value if axes == SCALAR else unknown_tensor("the axes of a parameter")
        if not last.plain:
            return unknown_tensor(*merge(value.reasons, ("the axes of a parameter",)))
        axes = axes.without(-1)
    return replace(value, axes=axes)


def _function_of(at: At, parts: Sequence[Tensor]) -> Tensor:
    """Any function of several tensors, entry by entry, with broadcasting."""
    result: Tensor | None = None
    for part in parts:
        bent = (
            replace(functions.nonlinear(at, part), number=None) if part.degree == ZERO else _unclear(at, part)
        )
        if result is None:
            result = bent
            continue
        slopes = [slope for slope in (result.slope, bent.slope) if slope is not None]
        both = joining.joined(
            result,
            bent,
            axes=broadcast(result.axes, bent.axes),
            degree=same((result.degree, bent.degree)),
            slope=same(slopes) if slopes else None,
            spread=joining.interaction(result, bent),
        )
        result = joining.spread_out(at, result, bent, both)
    assert result is not None
    return result


def _unclear(at: At, part: Tensor) -> Tensor:
    """A parameter that grows with the batch.

    A location keeps its degree, weights lose it, most others lose all law.
    """
    return replace(
        part,
        degree=UNKNOWN,
        slope=None if part.slope is None else UNKNOWN,
        spread=part.spread.bent,
        reasons=merge(part.reasons, (f"a parameter of {at.name}",)),
        number=None,
    )


@variant("distribution", "independent")
def _independent(call: Call) -> Value:
    """The last ``ndims`` batch axes become part of the event: densities are summed over them."""
    law = law_of(call.value("d"))
    if law is None:
        return Unknown(call.at.name)
    count = call.value("ndims")
    number = call.integer("ndims")
    if law.summed not in ((), None) or (number is None and count != Const(None)):
        return Unknown(call.at.name)
    summed: Over = From(1) if number is None else tuple(range(-number, 0))
    return _instance(call, replace(law, summed=summed), {})


@variant("distribution", "density")
def _density(call: Call) -> Value:
    law = law_of(call.value("d"))
    if law is None:
        return unknown_tensor(call.at.name)
    value = _less(call.tensor("x"), law.event)
    return _summed(call, law, _function_of(call.at, [law.parameters, value]))


@variant("distribution", "entropy")
def _entropy(call: Call) -> Value:
    law = law_of(call.value("d"))
    return _summed(call, law, law.parameters) if law is not None else unknown_tensor(call.at.name)


@variant("distribution", "divergence")
def _divergence(call: Call) -> Value:
    law, other = law_of(call.value("d")), law_of(call.value("other"))
    if law is None or other is None or law.event != other.event or law.summed != other.summed:
        return unknown_tensor(call.at.name)
    return _summed(call, law, _function_of(call.at, [law.parameters, other.parameters]))


def _summed(call: Call, law: Law, entries: Tensor) -> Tensor:
    if law.summed == ():
        return entries
    return reduce(call.at, "sum", entries, law.summed)


@variant("distribution", "statistic")
def _statistic(call: Call) -> Value:
    law = law_of(call.value("d"))
    return _drawn(law, SCALAR) if law is not None else unknown_tensor(call.at.name)


@variant("distribution", "draw")
def _draw(call: Call) -> Value:
    """``shape`` axes first, then the batch, then the event.

    Draws of fixed parameters are noise: no data in them.
    """
    law = law_of(call.value("d"))
    leading = _leading(call.value("shape"))
    if law is None or leading is None:
        return unknown_tensor(call.at.name)
    return _drawn(law, leading)


def _leading(shape: Value) -> Axes | None:
    if isinstance(shape, ShapeOf):
        return shape.axes if shape.axes.middle is None else None
    items = shape.items if isinstance(shape, Seq) else () if shape == Const(None) else (shape,)
    axes: list[Axis] = []
    for item in items:
        if isinstance(item, Const) and isinstance(item.value, int):
            axes.append(Axis(size=item.value))
        elif isinstance(item, Tensor) and not item.data and item.axes == SCALAR:
            axes.append(Axis(item.degree))
        else:
            return None
    return closed(axes)


def _drawn(law: Law, leading: Axes) -> Tensor:
    value = law.parameters
    axes = replace(value.axes, front=(*leading.front, *value.axes.front))
    for _ in range(law.event):
        axes = axes.insert(len(axes.front) if axes.middle is None else -1, PLAIN)
    if law.statistic:
        return unknown_tensor(*merge(value.reasons, ("a parameter that is a statistic",)), axes=axes)
    if value.spread is Spread.UNKNOWN:
        axes = WILD
    return replace(value, axes=axes) if value.data or value.weights else constant(axes=axes)
