"""One handler per kind of operation in the tables: arguments by role in, abstract value out.

Handlers name no framework function; the tables say which call is which.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from fractions import Fraction
from math import floor
from typing import Any

from losslint.frozen import dataclass

from . import algebra, functions, joining, lineage, logs, shapes, signs, stacking
from .along import along
from .axes import SCALAR, WILD, Axis
from .broadcasting import broadcast
from .degree import ONE, UNKNOWN, ZERO, minus, same
from .joining import At
from .optable import Operation
from .reduce import reduce
from .spans import From, Over
from .values import (
    Const,
    Dict,
    Either,
    Many,
    Range,
    Rank,
    Seq,
    ShapeOf,
    Spread,
    Tensor,
    Unknown,
    Value,
    constant,
    finite,
    merge,
    tensor,
    unknown_tensor,
)


@dataclass(frozen=True, slots=True)
class Call:
    """A call of a tabled operation: where, which, with what. ``invoke`` calls a function value."""

    at: At
    operation: Operation
    roles: dict[str, Value]
    invoke: Callable[[Value, Sequence[Value]], Value]

    def tensor(self, role: str) -> Tensor:
        """The argument in that role as a tensor (unknown if absent)."""
        value = self.roles.get(role)
        return unknown_tensor(f"an argument of {self.at.name}") if value is None else tensor(value)

    def value(self, role: str) -> Value:
        """The argument in that role as it came."""
        return self.roles.get(role, Const(None))

    def constant(self, role: str, default: Any = None) -> Any:
        """The argument's constant, or ``default`` if it is absent, None or not known."""
        value = self.roles.get(role)
        if isinstance(value, Const) and value.value is not None:
            return value.value
        return default

    def integer(self, role: str, default: int | None = None) -> int | None:
        """The argument as a known integer."""
        number = self.constant(role)
        return number if isinstance(number, int) and not isinstance(number, bool) else default

    def flag(self, role: str) -> bool:
        """Whether a boolean argument is known to be true."""
        return bool(self.constant(role, False))

    def axes(self, role: str = "axis") -> Over | Unknown:
        """The axes an argument names; ``Unknown`` if the analysis cannot tell."""
        return axes_of(self.roles.get(role, Const(None)))


Handler = Callable[[Call], Value]
HANDLERS: dict[str, Handler] = {}


def handles(kind: str) -> Callable[[Handler], Handler]:
    """Register a handler for a kind."""

    def register(handler: Handler) -> Handler:
        HANDLERS[kind] = handler
        return handler

    return register


VARIANTS: dict[tuple[str, str], Handler] = {}


def variant(kind: str, *hows: str) -> Callable[[Handler], Handler]:
    """Register a handler for some variants of a kind; it goes before the handler of the kind."""

    def register(handler: Handler) -> Handler:
        VARIANTS.update({(kind, how): handler for how in hows})
        return handler

    return register


def axes_of(value: Value) -> Over | Unknown:
    """An ``axis`` argument: None, an integer, a sequence of integers, or a range."""
    if isinstance(value, Const):
        if value.value is None:
            return None
        if isinstance(value.value, int) and not isinstance(value.value, bool):
            return (value.value,)
        return Unknown("an axis")
    if isinstance(value, Rank) and value.beyond < 0:  # counted from the end
        return (value.beyond,)
    if isinstance(value, Seq):
        numbers = [
            item.beyond if isinstance(item, Rank) else item.value
            for item in value.items
            if (isinstance(item, Const) and isinstance(item.value, int))
            or (isinstance(item, Rank) and item.beyond < 0)
        ]
        return tuple(numbers) if len(numbers) == len(value.items) else Unknown("an axis")
    if isinstance(value, Range) and isinstance(value.start, Const) and isinstance(value.start.value, int):
        beyond = value.limit.beyond if isinstance(value.limit, Rank) else 0
        return From(value.start.value, -beyond) if beyond <= 0 else Unknown("an axis")
    if (
        isinstance(value, Tensor)
        and value.number is not None
        and value.axes == SCALAR
        and value.number == int(value.number)
    ):
        return (int(value.number),)
    return Unknown("an axis")


def flatten(value: Value) -> Iterator[Value]:
    """The leaves of nested sequences and mappings (``tf.nest.flatten``)."""
    if isinstance(value, Seq):
        for item in value.items:
            yield from flatten(item)
    elif isinstance(value, Dict):
        for item in value.items.values():
            yield from flatten(item)
    else:
        yield value


@handles("reduce")
def _reduce(call: Call) -> Value:
    source = call.value("x")
    how = call.operation.how
    if isinstance(source, ShapeOf) and how == "prod":
        return shapes.size_of(source.axes, source.static)
    if (
        isinstance(source, Seq)
        and how in ("sum", "max", "min")
        and all(isinstance(item, Const) for item in source.items)
    ):
        return constant()
    over = call.axes()
    if how == "sum" and isinstance(source, Seq) and over == (0,) and not call.flag("keepdims"):
        return _total(call.at, [tensor(item) for item in source.items] or [constant()])
    value = call.tensor("x")
    weights = call.roles.get("weights")
    if weights is not None and weights != Const(None):
        weighted = algebra.multiply(call.at, value, tensor(weights))
        return algebra.divide(
            call.at, _over(call, "sum", weighted, over), _over(call, "sum", tensor(weights), over)
        )
    return _over(call, how, value, over)


def _over(call: Call, how: str, value: Tensor, over: Over | Unknown) -> Tensor:
    order: Fraction | None = Fraction(2)
    if how == "norm":
        order = norm_order(call.constant("ord", 2))
        if order == 0:
            value, how = functions.step_function(call.at, value), "sum"
    if isinstance(over, Unknown):
        return unknown_axes(call.at, how, value)
    return reduce(call.at, how, value, over, call.flag("keepdims"), order=order)


def norm_order(order: Any) -> Fraction | None:
    """The p of a p-norm; ``None`` for the maximum norm."""
    if isinstance(order, str):
        return Fraction(1) if order == "1" else Fraction(2)
    if isinstance(order, (int, float)) and finite(order) is None:
        return None
    return Fraction(order).limit_denominator(64) if isinstance(order, (int, float)) else Fraction(2)


def unknown_axes(at: At, how: str, value: Tensor) -> Tensor:
    """A reduction over axes that are not known: harmless where there is no batch to run over."""
    if value.axes.total == ZERO and not value.axes.unsure:
        return replace(reduce(at, how, value, None), axes=WILD)
    return unknown_tensor(*merge(value.reasons, (f"the axes of {at.name}",)))


@handles("moments")
def _moments(call: Call) -> Value:
    value, over = call.tensor("x"), call.axes()
    return Seq((_over(call, "mean", value, over), _over(call, "var", value, over)))


@handles("map")
def _map(call: Call) -> Value:
    source = call.value("x")
    how = call.operation.how
    if (
        how == "linear"
        and isinstance(source, (ShapeOf, Const, Range))
        and call.operation.get("gradient", True)
    ):
        return source
    if any(_given(call, name) for name in call.operation.get("unless", ())):
        how = "nonlinear"
    return map_one(call.at, how, call.operation, call.tensor("x"))


def _given(call: Call, name: str) -> bool:
    """Whether an argument is something else than its default."""
    value = call.roles.get(name)
    return value is not None and value not in (Const(None), Const(0), Const(0.0))


def map_one(at: At, how: str, operation: Operation, value: Tensor) -> Tensor:
    """One elementwise function of one operand."""
    gradient = operation.get("gradient", True)
    if operation.get("linear_above", False) and how == operation.how:
        if signs.nonnegative(value.parts):
            if how == "homogeneous":
                return value
            return replace(value, parts=lineage.made(lineage.Atom(source=value.parts, nonnegative=True)))
        if signs.of_one_sign(value.parts):
            return joining.nothing_sure(functions.nonlinear(at, value))
    if how == "linear" and operation.get("factor") == -1:
        return functions.negate(value)
    if how == "linear":
        kept = functions.altered(value) if operation.get("altered", False) else value
        return kept if gradient else functions.stopped(kept)
    if how == "homogeneous":
        traits = {trait: operation.get(trait, False) for trait in ("nonnegative", "even")}
        return functions.rectified(at, value, **traits)
    if how == "power":
        return functions.power(at, value, Fraction(operation.get("exponent", 1)))
    if how == "step":
        return functions.step_function(at, value)
    if how == "log":
        if operation.get("shift", False):
            return logs.logarithm(at, value, plus_one=True)
        natural = operation.get("base") is None
        return logs.undone(at, value) if natural else replace(logs.logarithm(at, value), shift=None)
    if how == "exp":
        return logs.raised(at, value)
    after = functions.nonlinear(at, value, gradient=gradient, nonnegative=operation.get("nonnegative", False))
    if operation.get("linear_above", False) and not signs.turns(value.parts):
        after = replace(after, spread=value.spread.doubtful)
    if after.slope is not None and lineage.adds_up(value.parts):  # all may lie where it is a straight line
        after = replace(after, slope=UNKNOWN)
    return after


@handles("zip")
def _zip(call: Call) -> Value:
    at, how = call.at, call.operation.how
    if "xs" in call.roles and isinstance(call.roles["xs"], Seq):
        first, *others = [tensor(item) for item in call.roles["xs"].items] or [constant()]
        for other in others:
            first = zip_two(at, how, first, other)
        return first
    if how == "clip":
        return clip(at, call.tensor("x"), call.roles.get("low"), call.roles.get("high"))
    return zip_two(at, how, call.tensor("x"), call.tensor("y"))


def clip(at: At, value: Tensor, low: Value | None, high: Value | None) -> Tensor:
    """``minimum(maximum(x, low), high)``."""
    bounds = [tensor(bound).number for bound in (low, high) if bound is not None]
    if len(bounds) == 2 and bounds[0] is not None and bounds[0] == bounds[1]:  # nothing is left between them
        return replace(value, number=bounds[0], degree=ZERO, slope=None, spread=Spread.CONST)
    for bound, cut in ((low, functions.extremum), (high, functions.minimum)):
        if bound is not None and bound != Const(None):
            value = cut(at, value, tensor(bound))
    return value


def zip_two(at: At, how: str, left: Tensor, right: Tensor) -> Tensor:
    """One elementwise function of two operands."""
    if how in ("add", "subtract"):
        return algebra.add(at, left, right, negative=how == "subtract")
    if how == "power":
        return raise_to(at, left, right)
    if how == "floor_divide":
        quotient = algebra.divide(at, left, right)
        if quotient.data:
            return functions.nonlinear(at, quotient, gradient=False)
        return replace(quotient, number=None if quotient.number is None else float(floor(quotient.number)))
    if how == "xlogy":
        return algebra.multiply(at, left, logs.logarithm(at, right))
    if how == "homogeneous":
        return functions.extremum(at, left, right)
    if how == "nonlinear":
        bent = [functions.nonlinear(at, value) for value in (left, right)]
        slopes = [value.slope for value in bent if value.slope is not None]
        both = joining.joined(
            bent[0],
            bent[1],
            axes=broadcast(left.axes, right.axes),
            degree=same([value.degree for value in bent]),
            slope=same(slopes) if slopes else None,
            spread=joining.interaction(bent[0], bent[1]),
        )
        return joining.coupling(at, tuple(bent), both)
    return BINARY[how](at, left, right)


def raise_to(at: At, base: Tensor, exponent: Tensor) -> Tensor:
    """``base ** exponent``; a data exponent, or an unknown one, makes it a general non-linear function."""
    if exponent.number is not None:
        value = functions.power(at, base, Fraction(exponent.number).limit_denominator(1000))
        return replace(value, axes=broadcast(base.axes, exponent.axes))
    value = functions.power(at, base, None)
    if not exponent.data and exponent.degree == ZERO:
        return replace(value, axes=broadcast(base.axes, exponent.axes))
    return zip_two(at, "nonlinear", base, exponent)


BINARY: dict[str, Callable[[At, Tensor, Tensor], Tensor]] = {
    "multiply": algebra.multiply,
    "divide": algebra.divide,
    "maximum": functions.extremum,
    "minimum": functions.minimum,
    "squared_difference": functions.squared_difference,
    "compare": functions.compare,
    "logical": functions.compare,
}


@handles("axiswise")
def _axiswise(call: Call) -> Value:
    value, over = call.tensor("x"), call.axes()
    how = call.operation.how
    if isinstance(over, (Unknown, From)) or (isinstance(over, tuple) and len(over) > 1):
        samples = isinstance(over, tuple) and any(
            getattr(value.axes.at(index), "batch", True) for index in over
        )
        if not samples and isinstance(over, tuple):
            over = over[-1:]
        elif value.axes.total == ZERO and not value.axes.unsure:
            over = (-1,)
        else:
            return unknown_tensor(*merge(value.reasons, (f"the axis of {call.at.name}",)))
    axis = over[0] if isinstance(over, Sequence) and over else None
    result = along(call.at, how, value, axis)
    if how == "normalize" and call.operation.get("pair"):
        return Seq((result, reduce(call.at, "norm", value, over, True)))
    if how == "top_k":
        where = value.axes.at(-1)
        if where is not None:
            few = Axis(size=call.integer("k"), order=0 if where.plain else call.at.fresh)
            known = value.axes.back or value.axes.middle is None
            unsure = WILD if where.extent is UNKNOWN else value.axes
            result = replace(result, axes=value.axes.without(-1, few) if known else unsure)
        return Seq((result, replace(result, slope=None)))
    return result


@handles("sequence")
def _sequence(call: Call) -> Value:
    at, how = call.at, call.operation.how
    if how == "array":
        return Seq(())
    source = call.value("xs")
    if how == "convert":
        return source if isinstance(source, Const) else tensor(source)
    if isinstance(source, Many):
        whole = tensor(source)
        if how == "global_norm":
            return reduce(at, "norm", whole, None)
        return reduce(at, "sum", whole, (0,))
    parts = [tensor(item) for item in flatten(source)]
    if not parts:
        return Const(0)
    if how == "global_norm":
        squares = [reduce(at, "sum", functions.power(at, part, Fraction(2)), None) for part in parts]
        return functions.power(at, _total(at, squares), Fraction(1, 2))
    return _total(at, parts)


def _total(at: At, parts: Sequence[Tensor]) -> Tensor:
    result = parts[0]
    for part in parts[1:]:
        result = algebra.add(at, result, part)
    return result


@handles("effect")
def _effect(call: Call) -> Value:
    return Const(None)


@handles("count")
def _count(call: Call) -> Value:
    return constant()


@handles("wrapper")
def _wrapper(call: Call) -> Value:
    from .values import External, Function

    fn = call.roles.get("fn", Const(None))
    return fn if isinstance(fn, (Function, Either)) else External("losslint.identity")


@handles("per_sample")
def _per_sample(call: Call) -> Value:
    value = call.tensor("x")
    other = call.roles.get("y")
    if other is not None:
        value = (
            stacking.blend([value, tensor(other)]) if value.data else stacking.blend([tensor(other), value])
        )
    mixed = shapes.mixed_in_sample(value, call.operation.get("drop", 0))
    return shapes.unsized(mixed) if call.operation.get("resized") else mixed


@handles("gradient")
def _gradient(call: Call) -> Value:
    target, source = call.tensor("y"), call.value("x")

    # The implicit sum of a vector leaves each sample its own gradient; one value for all spreads over N samples.
    each = target.slope if target.axes.batches or target.slope is None else minus(target.slope, ONE)

    def one(value: Value) -> Value:
        of = tensor(value)
        if not of.data or target.spread is Spread.UNKNOWN:
            return replace(
                of, degree=target.degree if not of.data else of.degree, slope=of.slope, weights=not of.data
            )
        if each is None:
            return unknown_tensor(f"{call.at.name} of what lets no gradient through")
        spread = Spread.SAMPLE if target.spread <= Spread.LINEAR else Spread.COUPLED
        flaws = merge(of.flaws, target.flaws) if spread is Spread.COUPLED else of.flaws
        return replace(of, degree=each, slope=each, spread=spread, flaws=flaws)

    if isinstance(source, Seq):
        return Seq(tuple(one(item) for item in source.items))
    if isinstance(source, Many):
        return Many(one(source.item), source.axis)
    return one(source)
