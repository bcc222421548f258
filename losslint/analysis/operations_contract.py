"""Handlers of the ``contract`` kind: products summed over shared axes."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace

from . import algebra, joining, lineage, shapes, signs
from .alternatives import RANK_TEST, either
from .axes import PLAIN, SCALAR, Axes, Axis, Contradiction, closed
from .degree import UNKNOWN, ZERO
from .joining import At
from .operations import Call, flatten, handles
from .reduce import reduce
from .spans import remove
from .values import Const, Seq, Spread, Tensor, Value, merge, tensor, unknown_tensor


@handles("contract")
def _contract(call: Call) -> Value:
    how, at = call.operation.how, call.at
    if how == "einsum":
        return _einsum(call)
    if how == "trace":
        return _trace(call)
    left, right = call.tensor("x"), call.tensor("y")
    if how in ("matmul", "dot"):
        flip_left = call.flag("transpose_a") or call.flag("adjoint_a")
        flip_right = call.flag("transpose_b") or call.flag("adjoint_b")
        return by_rank(
            at, left, right, lambda a, b: matmul(at, _transposed(a, flip_left), _transposed(b, flip_right))
        )
    if how == "matvec":
        left = _transposed(left, call.flag("transpose_a") or call.flag("adjoint_a"))
        return shapes.squeezed(matmul(at, left, shapes.expanded(right, -1)), (-1,))
    if how == "vdot":
        return reduce(at, "sum", algebra.multiply(at, left, right), None)
    if how == "inner" and left.axes.rank == right.axes.rank == 1:
        return matmul(at, left, right)
    if how == "outer" and left.axes.rank == right.axes.rank == 1:
        return algebra.multiply(at, shapes.expanded(left, 1), shapes.expanded(right, 0))
    if how == "tensordot":
        return by_rank(at, left, right, lambda a, b: _tensordot(call, a, b), broadcasts=False)
    if how == "batch_dot":
        return _batch_dot(at, left, right)
    return unknown_tensor(*merge(left.reasons, right.reasons, (at.name,)))


def _open_matrix(axes: Axes) -> bool:
    return axes.rank is None and axes.least_rank == 2 and axes.batches == 1


def by_rank(
    at: At,
    left: Tensor,
    right: Tensor,
    compute: Callable[[Tensor, Tensor], Value],
    *,
    broadcasts: bool = True,
) -> Value:
    """A product of two batches whose rank is open: of ``(N, D)``, or of one matrix per sample.

    ``matmul(x, y, transpose_b=True)`` is N×N in the first case and per sample in the second; both are kept as
    alternatives until something else in the loss tells. ``x @ transpose(y)`` does not run in the second case, where the
    leading axes would have to broadcast (``broadcasts``).
    """
    if not all(_open_matrix(value.axes) for value in (left, right)):
        return compute(left, right)
    pairs = [
        tuple(replace(value, axes=closed(value.axes.listed)) for value in (left, right)),
        tuple(replace(value, axes=_one_more(value.axes)) for value in (left, right)),
    ]
    test = f"{RANK_TEST}{at.name} has rank 2"
    options: list[tuple[frozenset[tuple[str, bool]], Value]] = []
    for outcome, (a, b) in zip((True, False), pairs, strict=True):
        try:
            if not outcome and broadcasts:
                _leads_alike(a, b)
            options.append((frozenset({(test, outcome)}), compute(a, b)))
        except Contradiction:
            continue
    return either(options)


def _leads_alike(left: Tensor, right: Tensor) -> None:
    """Raises Contradiction where the batch of one operand would meet a feature axis that leads the other."""
    firsts = [value.axes.at(0) for value in (left, right)]
    apart = any(axis is not None and axis.batch for axis in firsts) and any(
        axis is not None and axis.plain and axis.size != 1 for axis in firsts
    )
    if apart and left.data and right.data:
        raise Contradiction("a batch of matrices meets one that does not lead with it")


def _one_more(axes: Axes) -> Axes:
    """The same axes with one more feature axis: one matrix per sample."""
    if axes.front:
        return Axes(axes.front, axes.middle, (PLAIN, *axes.back))
    return Axes((PLAIN,), axes.middle, axes.back)


def _transposed(value: Tensor, flag: bool) -> Tensor:
    """The last two axes exchanged."""
    if not flag:
        return value
    one, two = value.axes.at(-2), value.axes.at(-1)
    if one is None or two is None or one.extent is UNKNOWN or two.extent is UNKNOWN:
        return joining.astray(value)
    if one.plain and two.plain:
        return value
    return replace(value, axes=value.axes.without(-2, two).without(-1, one))


def _scale(at: At, left: Tensor, right: Tensor, axes: Axes, inner: Axis) -> Tensor:
    """The product of two tensors with ``axes``, summed over a last axis ``inner``."""
    product = _paired(at, left, right, shuffled=inner.batch and inner.order == at.fresh)
    if left.axes.rank == right.axes.rank == 1:
        product = _squares(product, (left, right))
    whole = axes.insert(len(axes.front) if axes.middle is None else -1, inner)
    result = reduce(at, "sum", _placed(product, whole, (left, right)), (-1,))
    apart = result.axes.batches == left.axes.batches + right.axes.batches
    if apart and any(value.axes.batches and lineage.adds_up(value.parts) for value in (left, right)):
        return replace(result, parts=_shares(result.parts))  # no sample of the other meets the shares of one
    return result


def _shares(parts: lineage.Parts) -> lineage.Parts:
    """A product that in a sum of all its entries may lose a factor, which adds up to one there."""
    return lineage.made(lineage.Atom(source=parts, shared=True))


def _placed(product: Tensor, axes: Axes, operands: Sequence[Tensor]) -> Tensor:
    """The product with its axes; of one operand with data it is as separable as that one."""
    data = [operand for operand in operands if operand.data]
    apart = len(data) == 1 and joining.separable(axes, data[0])
    return replace(product, axes=axes, number=None, separable=apart)


def _paired(at: At, left: Tensor, right: Tensor, *, shuffled: bool, by: str | None = None) -> Tensor:
    """The product entry by entry, axes aside. ``shuffled``: a shared batch axis has its samples in two orders.

    Which samples meet is not known then: two rearrangements may be one and the same. ``by``: what says which entries
    meet.
    """
    # Which entries of the two meet is not theirs alone to say.
    elsewhere = lineage.gathered(right.parts, by)
    product = algebra.multiply(at, replace(left, axes=SCALAR), replace(right, axes=SCALAR, parts=elsewhere))
    if left.data and lineage.same(left.parts, right.parts):
        product = replace(
            product,
            parts=lineage.made(lineage.Atom(source=left.parts, vast=signs.vast(left.parts), twice=True)),
        )
    elif not lineage.atoms(left.parts).isdisjoint(lineage.atoms(right.parts)):  # squares among them
        product = replace(product, parts=lineage.twice(product.parts))
    if shuffled and left.data and right.data and product.spread is Spread.SAMPLE:
        product = replace(product, spread=Spread.UNKNOWN)
    return product


def _squares(product: Tensor, operands: Sequence[Tensor]) -> Tensor:
    """The product where entries meet those in the same place: of a value with itself, squares."""
    if len(operands) != 2 or not lineage.one_value(operands[0].parts, operands[1].parts):
        return product
    return replace(
        product,
        parts=lineage.made(lineage.Atom(vast=signs.vast(operands[0].parts), twice=True, nonnegative=True)),
    )


def matmul(at: At, left: Tensor, right: Tensor) -> Tensor:
    """``left @ right``: contracts the last axis of ``left`` with the second last (or only) one of ``right``."""
    inner_left = left.axes.at(-1)
    inner_right = right.axes.at(0) if right.axes.rank == 1 else right.axes.at(-2)
    if inner_left is None or inner_right is None or UNKNOWN in (inner_left.extent, inner_right.extent):
        return unknown_tensor(*merge(left.reasons, right.reasons, (f"the axes of {at.name}",)))
    inner = inner_left if inner_left.batch else inner_right
    if inner_left.batch and inner_right.batch and inner_left.order != inner_right.order:
        inner = replace(inner, order=at.fresh)
    rows = left.axes.without(-1)
    if right.axes.rank == 1:
        return _scale(at, left, right, rows, inner)
    columns = right.axes.at(-1) or PLAIN
    if left.axes.rank == 1:
        return _scale(at, left, right, right.axes.without(-2), inner)
    if right.axes.rank == 2 or (right.axes.total == ZERO and not right.axes.unsure):
        return _scale(
            at, left, right, rows.insert(-1 if rows.middle is not None else len(rows.front), columns), inner
        )
    if left.axes.rank == 2 and right.axes.rank is not None:
        lead = right.axes.without(-1).without(-1)
        return _scale(
            at,
            left,
            right,
            lead.insert(len(lead.front), rows.front[0]).insert(len(lead.front) + 1, columns),
            inner,
        )
    if rows.middle is None and rows.least_rank < 2:
        return unknown_tensor(*merge(left.reasons, right.reasons, (f"the rank of {at.name}",)))
    return _scale(
        at, left, right, rows.insert(-1 if rows.middle is not None else len(rows.front), columns), inner
    )


def _trace(call: Call) -> Value:
    value = call.tensor("x")
    one, two = value.axes.at(-2), value.axes.at(-1)
    if one is None or two is None or UNKNOWN in (one.extent, two.extent):
        return unknown_tensor(*merge(value.reasons, (f"the axes of {call.at.name}",)))
    diagonal = shapes.on_diagonal(replace(value, axes=value.axes.without(-1)))
    return reduce(call.at, "sum", diagonal, (-1,))


def _tensordot(call: Call, left: Tensor, right: Tensor) -> Value:
    at, axes = call.at, call.value("axes")
    if axes == Const(None):
        axes = call.value("axis")
    pairs: tuple[list[int], list[int]] | None = None
    if isinstance(axes, Const) and isinstance(axes.value, int):
        pairs = (list(range(-axes.value, 0)), list(range(axes.value)))
    elif isinstance(axes, Seq) and len(axes.items) == 2:
        sides = [[item.value for item in flatten(side) if isinstance(item, Const)] for side in axes.items]
        pairs = (sides[0], sides[1])
    if pairs is not None and left.data and right.data:
        _fit(left.axes, right.axes, pairs)
    if pairs is None or left.axes.rank is None or right.axes.rank is None:
        open_ = _tensordot_open(at, left, right, pairs) if pairs is not None else None
        if open_ is not None:
            return open_
        if right.axes.total == ZERO and not right.axes.unsure and pairs == ([-1], [0]):
            return matmul(at, left, right)
        return unknown_tensor(*merge(left.reasons, right.reasons, (f"the axes of {at.name}",)))
    first = [index % left.axes.rank for index in pairs[0]]
    second = [index % right.axes.rank for index in pairs[1]]
    free = [axis for k, axis in enumerate(left.axes.front) if k not in first]
    free += [axis for k, axis in enumerate(right.axes.front) if k not in second]
    inner = [
        _shared(at, left.axes.front[a], right.axes.front[b]) for a, b in zip(first, second, strict=False)
    ]
    return _product(at, [left, right], [*free, *inner], range(len(free), len(free) + len(inner)))


def _fit(left: Axes, right: Axes, pairs: tuple[Sequence[int], Sequence[int]]) -> None:
    """Raises Contradiction where a feature axis would be summed against the batch axis of other data."""
    for one, two in zip(*pairs, strict=False):
        met = [left.at(one), right.at(two)]
        if any(axis is not None and axis.batch for axis in met) and any(
            axis is not None and axis.plain and axis.size != 1 for axis in met
        ):
            raise Contradiction("a feature axis is contracted with the batch")


def _tensordot_open(
    at: At, left: Tensor, right: Tensor, pairs: tuple[Sequence[int], Sequence[int]]
) -> Tensor | None:
    """The same of operands whose rank is open, if only feature axes are left over."""
    inner: list[Axis] = []
    for one, two in zip(*pairs, strict=False):
        a, b = left.axes.at(one), right.axes.at(two)
        if a is None or b is None or UNKNOWN in (a.extent, b.extent):
            return None
        inner.append(_shared(at, a, b))
    rest = [remove(value.axes, over) for value, over in zip((left, right), pairs, strict=True)]
    if any(axes.total != ZERO for axes in rest):
        return None
    product = _paired(at, left, right, shuffled=any(axis.batch and axis.order == at.fresh for axis in inner))
    product = _placed(product, Axes((), ZERO, tuple(inner)), (left, right))
    return reduce(at, "sum", product, range(-len(inner), 0)) if inner else None


def _shared(at: At, left: Axis, right: Axis) -> Axis:
    if left.batch and right.batch and left.order != right.order:
        return replace(left, order=at.fresh)
    return left if left.batch or right.size == 1 else right


def _product(at: At, operands: Sequence[Tensor], axes: Sequence[Axis], summed: Sequence[int]) -> Tensor:
    shuffled = any(axis.batch and axis.order == at.fresh for axis in axes)
    product = replace(operands[0], axes=SCALAR)
    for operand in operands[1:]:
        product = _paired(at, product, operand, shuffled=shuffled)
    if len(axes) == len(summed) == 1:
        product = _squares(product, operands)
    product = _placed(product, closed(axes), operands)
    return reduce(at, "sum", product, list(summed)) if summed else product


def _batch_dot(at: At, left: Tensor, right: Tensor) -> Tensor:
    """Keras' ``batch_dot``: per sample, over feature axes."""
    if left.axes.at(0) != right.axes.at(0):
        return unknown_tensor(at.name)
    product = algebra.multiply(at, replace(left, axes=SCALAR), replace(right, axes=SCALAR))
    return replace(product, axes=Axes(left.axes.front[:1], ZERO, (PLAIN,)))


def _einsum(call: Call) -> Value:
    """``einsum``: one letter, one axis; letters that the result lacks are summed over."""
    at = call.at
    equation = call.constant("equation", "")
    operands = [tensor(item) for item in flatten(call.value("xs"))]
    inputs, _, output = str(equation).replace(" ", "").partition("->")
    terms = inputs.split(",")
    if not inputs or len(terms) != len(operands):
        return unknown_tensor(
            *merge(*(operand.reasons for operand in operands), (f"the equation of {at.name}",))
        )
    if "->" not in str(equation):
        letters = inputs.replace(",", "").replace("...", "")
        output = "..." * ("..." in inputs) + "".join(
            sorted(letter for letter in set(letters) if letters.count(letter) == 1)
        )
    if terms == [output] and len(set(output)) == len(output):  # nothing moves
        return operands[0]
    found: dict[str, Axis] = {}
    dots: Axes | None = None
    for term, operand in zip(terms, operands, strict=True):
        named = _named(term, operand.axes)
        if named is None:
            return unknown_tensor(*merge(operand.reasons, (f"the axes of {at.name}",)))
        axes, rest = named
        if rest is not None and rest != SCALAR:
            if dots not in (None, SCALAR, rest) and rest.total != ZERO:
                return unknown_tensor(f"the axes of {at.name}")
            dots = rest if dots is None or dots == SCALAR else dots
        for letter, axis in axes:
            found[letter] = _shared(at, found[letter], axis) if letter in found else axis
    nowhere = "..." not in output and dots is not None  # it runs only if the ellipsis stands for nothing
    if nowhere or (dots is not None and dots.middle not in (None, ZERO)):
        return unknown_tensor(f"the axes of {at.name}")
    head, ellipsis, tail = output.partition("...")
    front = tuple(found[letter] for letter in head if letter in found)
    back = tuple(found[letter] for letter in tail if letter in found)
    summed = [axis for letter, axis in found.items() if letter not in output]
    shuffled = any(axis.batch and axis.order == at.fresh for axis in found.values())
    by = f"{','.join(terms)}->{output}"
    product = replace(operands[0], axes=SCALAR, parts=lineage.gathered(operands[0].parts, by))
    for operand in operands[1:]:
        product = _paired(at, product, operand, shuffled=shuffled, by=by)
    if len(set(terms)) == 1:
        product = _squares(product, operands)
    alone = [_alone(term, operand, inputs) for term, operand in zip(terms, operands, strict=True)]
    if any(letters.difference(output) for letters in alone):
        product = joining.nothing_sure(product)
    elif any(alone):  # a sum of all of it sums them, too
        product = replace(product, parts=_shares(product.parts))
    kept = (
        closed(front + back)
        if not ellipsis or dots is None
        else Axes(front + dots.front, dots.middle, dots.back + back)
    )
    if dots is not None and kept.middle is None and ellipsis:
        kept = closed((*front, *dots.front, *back))
    whole = (
        replace(kept, back=(*kept.back, *summed))
        if kept.middle is not None
        else closed((*kept.front, *summed))
    )
    product = replace(_placed(product, whole, operands), diagonal=False)
    if not summed:
        return product
    return reduce(at, "sum", product, range(-len(summed), 0))


def _alone(term: str, operand: Tensor, inputs: str) -> set[str]:
    """The axes of an operand that no other has, if along one it adds up to the same for all data."""
    alone = {letter for letter in term if letter.isalpha() and inputs.count(letter) == 1}
    return alone if lineage.adds_up(operand.parts) or lineage.vanishes(operand.parts) else set()


def _named(term: str, axes: Axes) -> tuple[list[tuple[str, Axis]], Axes | None] | None:
    """The axes of one operand by letter, and those its ellipsis stands for; ``None`` if they do not fit."""
    head, ellipsis, tail = term.partition("...")
    if not ellipsis and axes.middle is not None:
        # The letters say what the rank is.
        missing = len(head) - axes.least_rank
        if axes.middle != ZERO or missing < 0:
            return None
        axes = closed((*axes.front, *(PLAIN,) * missing, *axes.back))
    if not ellipsis and axes.rank != len(head):
        return None
    named = [(letter, axes.at(k)) for k, letter in enumerate(head)]
    named += [(letter, axes.at(k - len(tail))) for k, letter in enumerate(tail)]
    exact = [(letter, axis) for letter, axis in named if axis is not None and axis.extent is not UNKNOWN]
    if len(exact) != len(named):
        return None
    if not ellipsis:
        return exact, None
    if axes.middle is None:
        return exact, closed(axes.front[len(head) : len(axes.front) - len(tail)])
    return exact, Axes(axes.front[len(head) :], axes.middle, axes.back[: max(len(axes.back) - len(tail), 0)])
