"""Operations on the last axes as one block: linear algebra, Fourier transforms, image filters."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from fractions import Fraction

from . import algebra, functions, lineage, logs, stacking
from .alternatives import RANK_TEST, either, lift
from .axes import PLAIN, SCALAR, Axes, Axis, closed
from .broadcasting import broadcast
from .degree import UNKNOWN, ZERO, minus
from .joining import At, coupling
from .operations import Call, handles
from .optable import Operation
from .values import Const, Flaw, Kind, Offset, Seq, Spread, Tensor, Value, merge, tensor, unknown_tensor


@handles("block")
def _block(call: Call) -> Value:
    value, core = call.tensor("x"), call.operation.get("core", 1)
    other = call.roles.get("y")
    right = tensor(other) if other is not None and other != Const(None) else None
    result = _by_rank(
        call.at, value, core, call.operation.get("square", False), lambda x: _one(call, x, right)
    )
    results = call.operation.get("results", 1)
    return lift(lambda one: Seq(stacking.pieces(one, results)), result) if results > 1 else result


def _by_rank(at: At, value: Tensor, core: int, square: bool, compute: Callable[[Tensor], Tensor]) -> Value:
    """A block in a tensor whose rank is open: the batch is one of its axes, or every sample has a block.

    A matrix that has to be square cannot be the (N, D) of a batch.
    """
    axes = value.axes
    if axes.middle != ZERO or axes.batches != 1 or not axes.front or len(axes.back) >= core:
        return compute(value)
    deep = replace(value, axes=replace(axes, back=(*axes.back, *(PLAIN,) * (core - len(axes.back)))))
    if square or axes.least_rank > core or core == 1:
        return compute(deep)
    flat = replace(value, axes=closed((*axes.front, *(PLAIN,) * (core - axes.least_rank), *axes.back)))
    test = f"{RANK_TEST}{at.name} has rank {core}"
    return either([(frozenset({(test, True)}), compute(flat)), (frozenset({(test, False)}), compute(deep))])


def _one(call: Call, value: Tensor, right: Tensor | None) -> Tensor:
    at, operation = call.at, call.operation
    core = operation.get("core", 1)
    inside = [value.axes.at(-k) for k in range(1, core + 1)]
    block = [axis for axis in inside if axis is not None]
    if len(block) < core or any(axis.extent is UNKNOWN for axis in block):
        return unknown_tensor(*merge(value.reasons, (f"the axes of {at.name}",)))
    size = block[0].size
    if right is not None:
        return _with_right(at, operation, value, right, block)
    axes = _dropped(_unsized(value.axes, core), operation.get("drop", 0))
    if any(not axis.plain for axis in block):
        return _over_samples(at, value, axes)
    whole = _scaled(at, operation, value, size)
    return replace(whole, axes=axes, number=None, diagonal=False, parts=lineage.fresh())


def _scaled(at: At, operation: Operation, value: Tensor, size: int | None) -> Tensor:
    """What the operation does to the degree of a block that lies within a sample."""
    exponent = operation.get("exponent")
    if operation.get("log"):
        logarithm = replace(logs.logarithm(at, value), shift=None)  # as often as there are rows
        # A ridge added to the matrix: it matters or not, by its size.
        return (
            replace(logarithm, slope=UNKNOWN)
            if value.offset is Offset.SMOOTH and value.slope is not None
            else logarithm
        )
    if exponent is None:
        return functions.nonlinear(at, value)
    if exponent == "size":  # a determinant: homogeneous, its degree is the number of rows
        if value.degree == ZERO:
            return functions.nonlinear(at, value)
        return functions.power(at, value, Fraction(size) if size is not None else None)
    power = Fraction(exponent)
    if power == 0 and isinstance(value.degree, Fraction):  # scale-free, though not a constant
        slope = None if value.slope is None else minus(value.slope, value.degree)
        bent = value.spread.bent
        return coupling(at, (value,), replace(value, degree=ZERO, slope=slope, spread=bent, raised=()))
    if power != 1:
        return functions.power(at, value, power)
    if value.spread in (
        Spread.LINEAR,
        Spread.ADDITIVE,
    ):  # linear or merely homogeneous: the table does not say
        return replace(value, spread=Spread.UNKNOWN, reasons=merge(value.reasons, (at.name,)))
    return functions.homogeneous(at, value)


def _with_right(at: At, operation: Operation, value: Tensor, right: Tensor, block: list[Axis]) -> Tensor:
    """``solve(x, y)``: ``y`` enters linearly and gives the result its axes."""
    core = operation.get("core", 1)
    unclear = unknown_tensor(*merge(value.reasons, right.reasons, (f"the axes of {at.name}",)))
    ends = [right.axes.at(-k) for k in range(1, core + 1)]
    if any(axis is None or not axis.plain for axis in (*block, *ends)):
        return unclear
    if core == 1:
        axes = broadcast(value.axes, right.axes)
    elif right.axes.batches >= value.axes.batches and not right.axes.unsure:
        axes = right.axes
    elif value.axes.rank is not None and value.axes.rank == right.axes.rank:
        axes = value.axes
    else:
        return unclear
    both = algebra.multiply(
        at, replace(_scaled(at, operation, value, None), axes=SCALAR), replace(right, axes=SCALAR)
    )
    axes = _dropped(_unsized(axes, core), operation.get("drop", 0))
    return replace(both, axes=axes, number=None, diagonal=False, parts=lineage.fresh())


def _over_samples(at: At, value: Tensor, axes: Axes) -> Tensor:
    """The batch is inside the block: samples interact, and by no law that the degree could follow."""
    if not value.data:
        return unknown_tensor(at.name, axes=axes)
    step = at.step(f"{at.name} runs over the batch")
    flaw = Flaw(Kind.PAIRWISE if value.axes.batches > 1 else Kind.ORDER, step, at.name, (step,))
    mixed = tuple(replace(axis, order=at.fresh) if axis.batch else axis for axis in axes.front)
    return replace(
        value,
        axes=replace(axes, front=mixed),
        degree=UNKNOWN,
        slope=None if value.slope is None else UNKNOWN,
        spread=max(value.spread, Spread.COUPLED),
        number=None,
        diagonal=False,
        parts=lineage.fresh(),
        raised=(),
        reduced=merge(value.reduced, (step,)),
        trail=merge(value.trail, (step,)),
        flaws=merge(value.flaws, (flaw,)),
        reasons=merge(value.reasons, (f"{at.name} over the batch",)),
    )


def _unsized(axes: Axes, core: int) -> Axes:
    """The lengths within a block may change."""

    def bare(listed: tuple[Axis, ...]) -> tuple[Axis, ...]:
        kept = max(len(listed) - core, 0)
        return (*listed[:kept], *(replace(axis, size=None) for axis in listed[kept:]))

    return closed(bare(axes.front)) if axes.middle is None else replace(axes, back=bare(axes.back))


def _dropped(axes: Axes, count: int) -> Axes:
    for _ in range(count):
        axes = axes.without(-1)
    for _ in range(-count):
        axes = axes.insert(len(axes.front) if axes.middle is None else -1, PLAIN)
    return axes
