"""Handlers of ready losses: functions and classes that a framework ships."""

from __future__ import annotations

from dataclasses import replace
from fractions import Fraction

from . import algebra, functions, joining, lineage, shapes
from .axes import PLAIN, SCALAR, WILD, Axes, Contradiction
from .broadcasting import broadcast
from .degree import MIXED, UNKNOWN, ZERO, Degree, minus, same
from .joining import At
from .operations import Call, handles
from .optable import Operation
from .reduce import reduce
from .spans import From
from .values import (
    Const,
    External,
    Flaw,
    Instance,
    Kind,
    Spread,
    Tensor,
    Unknown,
    Value,
    merge,
    tensor,
    unknown_tensor,
)

SUMS = {"sum", "Sum", "SUM"}


@handles("loss")
def _loss(call: Call) -> Value:
    if call.operation.how == "all" and "reduction" in call.roles:
        return _weighted(call, call.tensor("x") if "x" in call.roles else _entries(call))
    entries = compare(call.at, call.operation, call.tensor("y_true"), call.tensor("y_pred"), call)
    reduction = call.operation.get("reduction") or call.constant("reduction")
    weights = call.roles.get("weights")
    if weights is not None and weights != Const(None):
        entries = algebra.multiply(call.at, entries, tensor(weights))
    if isinstance(reduction, str):
        return reduced(call.at, entries, reduction)
    given = call.roles.get("reduction", Const(None))
    if isinstance(given, External):
        return reduced(call.at, entries, given.name)
    if not isinstance(given, Const):
        return unknown_tensor(*merge(entries.reasons, (f"the reduction of {call.at.name}",)))
    return entries


def _entries(call: Call) -> Tensor:
    """What a loss of TensorFlow 1 has before it weighs and reduces."""
    operation = replace(call.operation, how=call.operation.get("entries", "elementwise"))
    call = replace(call, operation=operation)
    return compare(call.at, operation, call.tensor("y_true"), call.tensor("y_pred"), call)


def _weighted(call: Call, entries: Tensor) -> Value:
    """``compute_weighted_loss`` of TensorFlow 1: entries times weights, over the weights that are not zero."""
    at = call.at
    given = call.roles.get("weights", Const(None))
    weights = tensor(Const(1.0) if given == Const(None) else given)
    entries = algebra.multiply(at, entries, weights)
    reduction = call.value("reduction")
    chosen = reduction.name if isinstance(reduction, External) else call.constant("reduction")
    if not isinstance(chosen, str):
        return unknown_tensor(*merge(entries.reasons, (f"the reduction of {at.name}",)))
    name = chosen.rpartition(".")[2].lower()
    if name in ("none", "sum", "weighted_sum"):
        return reduced(at, entries, name.removeprefix("weighted_"))
    if not weights.data or name in ("sum_over_batch_size", "weighted_sum_over_batch_size"):
        return reduced(at, entries, "mean")
    present = functions.step_function(at, weights) if name.endswith("nonzero_weights") else weights
    over = replace(present, axes=broadcast(present.axes, entries.axes))
    return algebra.divide(at, reduce(at, "sum", entries, None), reduce(at, "sum", over, None))


def reduced(at: At, entries: Tensor, reduction: str) -> Tensor:
    """A loss class's reduction over everything it has."""
    name = reduction.rpartition(".")[2].lower()
    if name == "none":
        return entries
    return reduce(at, "sum" if name == "sum" else "mean", entries, None)


def compare(at: At, operation: Operation, target: Tensor, output: Tensor, call: Call | None) -> Tensor:
    """The values of a ready loss before its batch reduction."""
    how = operation.how
    if how == "average":
        return _average(call) if call is not None else unknown_tensor(at.name)
    if how == "sparse" and not target.data:  # class ids choose a column; how large they are scales nothing
        target = replace(target, degree=ZERO, raised=())
    if _of_other_rank(target.axes, output.axes):
        raise Contradiction("targets and outputs of different rank")
    meet = joining.choice if how == "sparse" else joining.interaction
    itself = output.data and lineage.one_value(target.parts, output.parts)
    both = joining.joined(
        target,
        output,
        axes=broadcast(target.axes, output.axes),
        degree=ZERO if target.degree == output.degree == ZERO else _none(target, output),
        slope=_slope(target, output),
        spread=meet(*(replace(value, spread=value.spread.bent) for value in (output, target))),
    )
    if operation.get("nonnegative", False):
        both = replace(both, parts=lineage.made(lineage.Atom(nonnegative=True)))
    if operation.get("scale_free") and not {MIXED, UNKNOWN} & {target.degree, output.degree}:
        free = [minus(value.slope, value.degree) for value in (target, output) if value.slope is not None]
        both = replace(both, degree=ZERO, slope=same(free) if free else None, raised=())
    exponent = operation.get("exponent")
    if exponent is not None and target.degree == output.degree and isinstance(target.degree, Fraction):
        powered = functions.power(at, replace(both, degree=target.degree), Fraction(exponent))
        both = replace(both, degree=powered.degree, slope=powered.slope)
    if both.degree is MIXED and not (output.degree == ZERO and _pairs_as_classes(how, output.axes)):
        # With a gradient in one of them alone, what shrinks may be all that it scales with.
        alone = None in (target.slope, output.slope)
        shrinks = any(isinstance(one.degree, Fraction) and one.degree < 0 for one in (target, output))
        both = replace(both, slope=None if both.slope is None else UNKNOWN if alone and shrinks else MIXED)
        both = joining.flawed(at, Kind.NONLINEAR, both, f"{at.name} of a value that scales with the batch")
    together = lineage.summed(target.parts, output.parts, negative=True)
    if both.degree is MIXED and lineage.cancels(together):  # what is left of the two may be of one degree
        both = joining.uncertain(both)
    if itself and how != "sparse":  # a distance of nothing, or no distance at all
        both = joining.nothing_sure(both)
    if how == "elementwise":
        return replace(both, axes=output.axes if not target.axes.batches else both.axes)
    axis = operation.get("axis", -1) if call is None else call.axes()
    if how == "sparse" and (classes := output.axes.at(-1)) is not None and classes.batch:
        return _over_batch(at, both, output.axes, (-1,), "coupled")
    if how == "sparse":
        return replace(both, axes=_with_classes(output.axes).without(-1) if output.axes.least_rank else WILD)
    if how == "images":
        return shapes.mixed_in_sample(both, operation.get("drop", 3))
    if how == "all":
        return reduce(at, "mean", both, None)
    if how == "ratio":
        return _dice(at, both, axis)
    if how == "pairwise":
        return _pairwise(at, operation, both)
    where = axis if isinstance(axis, tuple) else (-1,)
    logits = target if target.axes.batches > 1 else output
    axes = _with_classes(logits.axes if logits.axes.batches else both.axes)
    along = [axes.at(index) for index in where]
    if any(one is not None and one.batch for one in along):
        over = "cosine" if operation.get("scale_free") else operation.get("over", "mean")
        if over == "coupled" and target.data and target.degree != -1 and both.slope is not None:
            both = replace(
                both, slope=UNKNOWN
            )  # only targets that add up to 1 over the classes leave it alone
        return _over_batch(at, both, axes, where, over)
    if any(one is None or one.extent is UNKNOWN for one in along) and operation.get("over", "mean") != "mean":
        return unknown_tensor(*merge(both.reasons, (f"the axes of {at.name}",)))
    only = along[0]
    if operation.get("over") == "coupled" and only is not None and only.size == 1:  # one class is certain
        return joining.nothing_sure(replace(both, axes=axes.without(where[0])))
    return replace(both, axes=axes.without(where[0]))


def _pairs_as_classes(how: str, axes: Axes) -> bool:
    """Whether the samples are the classes: targets that share a row among N samples shrink as they must."""
    classes = axes.at(-1)
    return how == "last_axis" and axes.batches > 1 and classes is not None and classes.batch


def _with_classes(axes: Axes) -> Axes:
    """What a model returns has an axis for the loss to run along, where nothing says otherwise."""
    bare = axes.middle == ZERO and len(axes.front) == 1 and axes.front[0].batch and not axes.back
    return replace(axes, back=(PLAIN,)) if bare else axes


def _slope(target: Tensor, output: Tensor) -> Degree | None:
    """Degree of the gradient: of both operands, if it flows through both."""
    slopes = [value.slope for value in (target, output) if value.slope is not None]
    return same(slopes) if slopes else None


def _of_other_rank(target: Axes, output: Axes) -> bool:
    """Whether two tensors of open rank certainly differ in it (an axis of length 1 may be squeezed away)."""
    if target.middle != ZERO or output.middle != ZERO or target.loose or output.loose:
        return False
    singles = any(axis.size == 1 for axis in (*target.listed, *output.listed))
    return not singles and target.least_rank > output.least_rank


def _none(target: Tensor, output: Tensor) -> object:
    return UNKNOWN if UNKNOWN in (target.degree, output.degree) else MIXED


def _over_batch(at: At, both: Tensor, axes: Axes, where: tuple[int, ...], over: str) -> Tensor:
    """A ready loss whose class axis is the batch: similarity matrices against labels, a cosine of whole batches."""
    entries = replace(both, axes=axes)
    if over in ("mean", "sum"):
        return reduce(at, over, entries, where)
    cosine = over == "cosine"
    step = at.step(f"{at.name} with the batch as {'a vector' if cosine else 'classes: grows like log N'}")
    flaw = Flaw(Kind.PAIRWISE if axes.batches > 1 else Kind.ORDER, step, at.name, (step,))
    return replace(
        entries,
        axes=axes.without(where[0]),
        degree=both.degree if cosine else MIXED,
        spread=Spread.COUPLED,
        flaws=merge(both.flaws, (flaw,)),
        trail=merge(both.trail, (step,)),
        reduced=merge(both.reduced, (step,)),
    )


def _dice(at: At, both: Tensor, axis: object) -> Tensor:
    over = axis if axis is None or isinstance(axis, (tuple, From)) else None
    if isinstance(axis, Unknown):
        return unknown_tensor(*merge(both.reasons, (f"the axes of {at.name}",)))
    total = reduce(at, "sum", both, over)
    if total.spread is Spread.SAMPLE:
        return replace(total, degree=ZERO)
    return algebra.divide(at, total, replace(total, parts=lineage.fresh()))  # two sums, of different terms


def _pairwise(at: At, operation: Operation, both: Tensor) -> Tensor:
    step = at.step(f"{at.name} compares the samples of the batch with each other")
    flaw = Flaw(Kind.PAIRWISE, step, at.name, (step,))
    degree = operation.get("degree", 0)
    return replace(
        both,
        axes=Axes(both.axes.front[:1]),
        degree=MIXED if degree == "mixed" else both.degree,
        spread=Spread.COUPLED,
        flaws=merge(both.flaws, (flaw,)),
        trail=merge(both.trail, (step,)),
    )


def _average(call: Call) -> Tensor:
    """``tf.nn.compute_average_loss``: the sum over the samples by the global batch size."""
    at, values = call.at, call.tensor("x")
    weights = call.roles.get("weights")
    if weights is not None and weights != Const(None):
        values = algebra.multiply(at, values, tensor(weights))
    total = reduce(at, "sum", values, None)
    size = call.roles.get("size")
    if size is None or size == Const(None):
        first = values.axes.at(0)
        count = shapes.dimension(first, False) if first is not None and first.batch else None
        if count is None:
            return unknown_tensor(f"the batch size of {at.name}")
        return algebra.divide(at, total, tensor(count))
    given = tensor(size)
    if given.number is not None or given.opaque:  # the documented idiom: the global batch size is a constant
        given = Tensor(SCALAR, total.degree, count=True)
    return algebra.divide(at, total, given)


@handles("loss_class")
def _loss_class(call: Call) -> Value:
    reduction = call.roles.get("reduction", Const("sum_over_batch_size"))
    if isinstance(reduction, External):
        reduction = Const(reduction.name.rpartition(".")[2].lower())
    return Instance(
        External(call.at.name),
        {"reduction": reduction, "operation": call.operation, "axis": call.roles.get("axis", Const(None))},  # type: ignore[dict-item]
        call.at.site,
    )


def call_loss_instance(
    at: At, instance: Instance, target: Tensor, output: Tensor, weights: Value | None
) -> Value:
    """What an instance of a built-in loss class returns."""
    operation = instance.attributes["operation"]
    assert isinstance(operation, Operation)
    entries = compare(at, operation, target, output, None)
    if weights is not None and weights != Const(None):
        entries = algebra.multiply(at, entries, tensor(weights))
    reduction = instance.attributes["reduction"]
    if isinstance(reduction, Const) and (reduction.value is None or isinstance(reduction.value, str)):
        if (reduction.value or "").lower() == "sum":
            return told_to_sum(at, instance, entries)
        return reduced(at, entries, reduction.value or "none")
    return unknown_tensor(*merge(entries.reasons, ("the reduction of a loss",)))


def told_to_sum(at: At, instance: Instance, entries: Tensor) -> Tensor:
    """The sum a loss object was made to return: it stands where the object was made, if that is in the same file."""
    made = instance.made
    if made is not None and made.slice.lines is at.site.slice.lines:
        at = At(made, at.name)
    summed = reduce(at, "sum", entries, None)
    steps = tuple(step for step in summed.raised if step.site == at.site)
    if not steps:
        return summed
    return replace(summed, flaws=merge(summed.flaws, (Flaw(Kind.OPTION, steps[0], at.name, steps),)))
