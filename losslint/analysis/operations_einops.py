"""einops: the pattern says where every axis goes, so the axes follow from it name by name."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import replace

from losslint.frozen import dataclass

from . import lineage
from .axes import ADDED, PLAIN, SCALAR, SINGLE, Axes, Axis, closed
from .degree import UNKNOWN, ZERO, Degree, plus
from .operations import HANDLERS, Call, flatten, variant
from .operations_shape import shape
from .reduce import reduce
from .spans import From, Over
from .stacking import blend
from .values import Const, Seq, ShapeOf, Tensor, Value, merge, tensor, unknown_tensor

ELLIPSIS = "..."
WORD = r"[^\s,.\->]+"
REDUCTIONS = {"sum", "mean", "max", "min", "prod", "any", "all"}

Item = str | tuple[str, ...]
"""One axis of a pattern: a name, the ellipsis, or the names that share it (none: an axis of length 1)."""


class Misfit(ValueError):
    """A pattern that the axes do not fit, or do not decide."""


@dataclass(frozen=True, slots=True)
class Named:
    """The axes of a tensor by the names of a pattern, and those its ellipsis stands for."""

    axes: Mapping[str, Axis]
    rest: Axes = SCALAR


def sides(pattern: object) -> tuple[tuple[Item, ...], tuple[Item, ...]]:
    """Both sides of ``"b h w -> b (h w)"``. Raises Misfit."""
    if not isinstance(pattern, str) or pattern.count("->") != 1:
        raise Misfit("a pattern")
    left, right = (items(side) for side in pattern.split("->"))
    return left, right


def items(side: str) -> tuple[Item, ...]:
    """One side of a pattern, axis by axis. Raises Misfit."""
    side = side.replace("…", ELLIPSIS)
    found: list[Item] = []
    for group, word in re.findall(r"\(([^()]*)\)|([^\s()]+)", side):
        names = tuple(name for name in group.split() if name != "1")
        if ELLIPSIS in names:
            raise Misfit("an ellipsis in parentheses")
        found.append(word if word and word != "1" else names)
    return tuple(found)


def named(pattern: Sequence[Item], axes: Axes, sizes: Mapping[str, Axis]) -> Named:
    """Read ``axes`` by the left side of a pattern. Raises Misfit."""
    head, tail = _around_ellipsis(pattern)
    dotted = ELLIPSIS in pattern
    if axes.middle is not None and not dotted:  # the pattern says what the rank is
        missing = len(pattern) - axes.least_rank
        if axes.middle != ZERO or missing < 0:
            raise Misfit("a rank")
        axes = closed((*axes.front, *(PLAIN,) * missing, *axes.back))
    if axes.middle is None and (
        len(axes.front) < len(head) + len(tail) or (not dotted and len(axes.front) != len(head))
    ):
        raise Misfit("a rank")
    found: dict[str, Axis] = {}
    places = [*enumerate(head), *((k - len(tail), item) for k, item in enumerate(tail))]
    for index, item in places:
        axis = axes.at(index)
        if axis is None or axis.extent is UNKNOWN:
            raise Misfit("an axis")
        found.update({item: axis} if isinstance(item, str) else _split(item, axis, sizes))
    if not dotted:
        return Named(found)
    if axes.middle is None:
        return Named(found, closed(axes.front[len(head) : len(axes.front) - len(tail)]))
    # What the names took from beyond the listed axes came out of the ellipsis.
    if axes.middle != ZERO:
        raise Misfit("a rank")
    return Named(found, Axes(axes.front[len(head) :], ZERO, axes.back[: max(len(axes.back) - len(tail), 0)]))


def _around_ellipsis(pattern: Sequence[Item]) -> tuple[list[Item], list[Item]]:
    whole = list(pattern)
    if whole.count(ELLIPSIS) > 1:
        raise Misfit("two ellipses")
    at = whole.index(ELLIPSIS) if ELLIPSIS in whole else len(whole)
    return whole[:at], whole[at + 1 :]


def _split(names: Sequence[str], axis: Axis, sizes: Mapping[str, Axis]) -> dict[str, Axis]:
    """One axis taken apart.

    A batch axis only gives up axes of length 1: else samples would share an entry.
    """
    if len(names) == 1:
        return {names[0]: axis}
    if axis.plain:
        parts = {name: sizes.get(name, PLAIN) for name in names}
        if not all(part.plain for part in parts.values()):
            raise Misfit("a split axis")
        return parts
    open_ = [name for name in names if sizes.get(name) is None]
    if not names or len(open_) != 1 or any(sizes[name].size != 1 for name in names if name not in open_):
        raise Misfit("a split batch")
    return {name: axis if name in open_ else SINGLE for name in names}


def arranged(pattern: Sequence[Item], source: Named, sizes: Mapping[str, Axis]) -> Axes:
    """The axes that the right side of a pattern makes. Raises Misfit."""
    head, tail = _around_ellipsis(pattern)
    first, last = (tuple(_joined(item, source, sizes) for item in part) for part in (head, tail))
    rest = source.rest if ELLIPSIS in pattern else SCALAR
    if rest.middle is None:
        return closed((*first, *rest.front, *last))
    return Axes((*first, *rest.front), rest.middle, (*rest.back, *last))


def _joined(item: Item, source: Named, sizes: Mapping[str, Axis]) -> Axis:
    names = (item,) if isinstance(item, str) else item
    if not names:
        return ADDED
    parts = [source.axes.get(name) or sizes.get(name) for name in names]
    known = [part for part in parts if part is not None]
    if len(known) != len(parts):
        raise Misfit("an axis")
    long = [part for part in known if part.size != 1]
    if len(long) <= 1:
        return long[0] if long else known[0]
    extent: Degree = ZERO
    for part in long:
        extent = plus(extent, part.extent)
    if extent == ZERO:
        return Axis(size=_product([part.size for part in long]))
    batches = [part for part in long if not part.plain]
    # A batch that leads its group keeps its order; any other grouping is an arrangement of its own.
    leads = len(batches) == 1 and long[0] is batches[0]
    order = batches[0].order if leads else hash(tuple((part.extent, part.order) for part in long))
    return Axis(extent, order=order, data=any(part.data for part in batches))


def _product(numbers: Sequence[int | None]) -> int | None:
    product = 1
    for number in numbers:
        if number is None:
            return None
        product *= number
    return product


def lengths(call: Call) -> dict[str, Axis]:
    """The lengths that are given by keyword: numbers, or counts."""
    found: dict[str, Axis] = {}
    for name, value in call.roles.items():
        if name in ("x", "pattern", "reduction", "xs", "packed_shapes"):
            continue
        if isinstance(value, Const) and isinstance(value.value, int):
            found[name] = Axis(size=value.value)
        elif isinstance(value, Tensor) and not value.data and value.axes == SCALAR:
            found[name] = Axis(value.degree)
    return found


def _lost(call: Call, value: Tensor, error: Misfit) -> Tensor:
    return unknown_tensor(*merge(value.reasons, (f"{error} of {call.at.name}",)))


@shape("einops_rearrange", "einops_repeat")
def _rearrange(call: Call) -> Value:
    value, sizes = call.tensor("x"), lengths(call)
    try:
        left, right = sides(call.constant("pattern"))
        axes = arranged(right, named(left, value.axes, sizes), sizes)
        if value.diagonal and axes.batches != value.axes.batches:
            raise Misfit("the diagonal")
    except Misfit as error:
        return _lost(call, value, error)
    return replace(value, axes=axes, number=None)


@variant("reduce", "einops_reduce")
def _reduce(call: Call) -> Value:
    """The axes that the right side lacks, put last and reduced."""
    value, sizes = call.tensor("x"), lengths(call)
    try:
        left, right = sides(call.constant("pattern"))
        source = named(left, value.axes, sizes)
        names = {name for item in right for name in ((item,) if isinstance(item, str) else item)}
        gone = tuple(axis for name, axis in source.axes.items() if name not in names)
        kept = arranged(right, source, sizes)
        if value.diagonal:
            raise Misfit("the diagonal")
    except Misfit as error:
        return _lost(call, value, error)
    over: Over
    if ELLIPSIS in left and ELLIPSIS not in right:
        rest = source.rest
        axes = (
            closed((*kept.front, *gone, *rest.front))
            if rest.middle is None
            else Axes((*kept.front, *gone, *rest.front), rest.middle, rest.back)
        )
        over = From(len(kept.front))
    else:
        axes = (
            closed((*kept.front, *gone)) if kept.middle is None else replace(kept, back=(*kept.back, *gone))
        )
        over = tuple(range(-len(gone), 0))
    ready = replace(value, axes=axes, number=None)
    if not over:
        return ready
    how = call.value("reduction")
    if isinstance(how, Const):
        return (
            reduce(call.at, how.value, ready, over)
            if how.value in REDUCTIONS
            else _lost(call, value, Misfit("the reduction"))
        )
    if isinstance(over, From):
        return _lost(call, value, Misfit("the axes"))
    return call.invoke(how, [ready, Seq(tuple(Const(index) for index in over))])


@shape("einops_pack")
def _pack(call: Call) -> Value:
    """Tensors side by side in the axis ``*``, and the shapes they had there."""
    source = call.value("xs")
    parts = [tensor(item) for item in source.items] if isinstance(source, Seq) else []
    text = call.constant("pattern")
    if not parts or not isinstance(text, str) or text.split().count("*") != 1:
        return Seq((unknown_tensor(call.at.name), unknown_tensor(call.at.name)))
    pattern = tuple(ELLIPSIS if word == "*" else word for word in text.split())
    try:
        readings = [named(pattern, part.axes, {}) for part in parts]
        if any(reading.rest.total != ZERO or reading.rest.unsure for reading in readings):
            raise Misfit("the packed axes")
        if any(part.diagonal for part in parts):
            raise Misfit("the diagonal")
        sizes = [
            _product([axis.size for axis in reading.rest.front]) if reading.rest.middle is None else None
            for reading in readings
        ]
        total = sum(size for size in sizes if size is not None) if None not in sizes else None
        full = next(
            (reading for reading in readings if any(a.batch for a in reading.axes.values())), readings[0]
        )
        first, last = (tuple(_joined(item, full, {}) for item in part) for part in _around_ellipsis(pattern))
    except Misfit as error:
        return Seq((_lost(call, parts[0], error), unknown_tensor(call.at.name)))
    packed = replace(blend(parts), axes=closed((*first, Axis(size=total), *last)), number=None, count=False)
    return Seq((packed, Seq(tuple(ShapeOf(reading.rest) for reading in readings))))


@shape("einops_unpack")
def _unpack(call: Call) -> Value:
    """The tensors that ``pack`` put side by side."""
    value, pieces, text = call.tensor("x"), call.value("packed_shapes"), call.constant("pattern")
    if not isinstance(pieces, Seq) or not isinstance(text, str) or text.split().count("*") != 1:
        return unknown_tensor(*merge(value.reasons, (f"the shapes of {call.at.name}",)))
    try:
        words = text.split()
        source = named(tuple(words), value.axes, {})
        if not source.axes["*"].plain or value.diagonal:
            raise Misfit("the packed axes")
        at = words.index("*")
        first, last = (tuple(source.axes[word] for word in part) for part in (words[:at], words[at + 1 :]))
        return Seq(tuple(_piece(value, first, _shape_of(piece), last) for piece in pieces.items))
    except Misfit as error:
        return _lost(call, value, error)


def _piece(value: Tensor, first: tuple[Axis, ...], own: Axes, last: tuple[Axis, ...]) -> Tensor:
    axes = (
        closed((*first, *own.front, *last))
        if own.middle is None
        else Axes((*first, *own.front), own.middle, (*own.back, *last))
    )
    return replace(value, axes=axes, number=None, parts=lineage.fresh())


def _shape_of(piece: Value) -> Axes:
    if isinstance(piece, ShapeOf):
        return piece.axes
    numbers = (
        [item.value if isinstance(item, Const) else None for item in piece.items]
        if isinstance(piece, Seq)
        else [None]
    )
    if not all(isinstance(number, int) for number in numbers):
        raise Misfit("the shapes")
    return closed(Axis(size=number) for number in numbers)


@variant("contract", "einops_einsum")
def _einsum(call: Call) -> Value:
    """The equation comes last and has words for letters."""
    given = list(flatten(call.value("xs")))
    equation = given[-1] if given else Const(None)
    text = equation.value if isinstance(equation, Const) else None
    if not isinstance(text, str) or text.count("->") != 1:
        return unknown_tensor(f"the equation of {call.at.name}")
    words = list(dict.fromkeys(re.findall(WORD, text)))
    if len(words) > 52 or any(word in ("1", "_") or "(" in word or ")" in word for word in words):
        return unknown_tensor(f"the equation of {call.at.name}")
    letters = {word: chr((65 if k < 26 else 71) + k) for k, word in enumerate(words)}
    equation = Const(re.sub(WORD, lambda match: letters[match.group()], text))
    plain = replace(call.operation, how="einsum")
    return HANDLERS["contract"](
        replace(call, operation=plain, roles={"xs": Seq(tuple(given[:-1])), "equation": equation})
    )
