"""Operations that call a function: map_fn, vectorized_map, scan, while_loop, cond."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import TYPE_CHECKING

from . import lineage, stacking
from .alternatives import either, lift
from .axes import Axis
from .conditions import chosen, truth_of
from .joining import At
from .optable import Operation
from .values import Const, Dict, Either, Many, Seq, Tensor, Unknown, Value, tensor

if TYPE_CHECKING:
    from .interpreter import Interpreter


def map_call(run: Interpreter, at: At, operation: Operation, roles: Mapping[str, Value]) -> Value:
    """A call of a mapper."""
    handler = MAPPERS.get(variant_of(operation))
    return handler(run, at, operation, roles) if handler is not None else Unknown(at.name)


def variant_of(operation: Operation) -> str:
    """The variant of a mapper; the order of a function's arguments and results makes one of its own."""
    return " ".join(word for word in (operation.how, operation.get("order")) if word)


def entry_of(value: Value) -> tuple[Value, Axis | None]:
    """One entry of the elements to map over, and the axis they came along."""
    if isinstance(value, Seq):
        entries = [entry_of(item) for item in value.items]
        axis = next(
            (axis for _, axis in entries if axis is not None and axis.batch),
            entries[0][1] if entries else None,
        )
        return Seq(tuple(entry for entry, _ in entries)), axis
    rows = stacking.unstacked(tensor(value), 0)
    if isinstance(rows, Many):
        return stacking.this_one(rows.item), rows.axis
    if isinstance(rows, Seq) and rows.items:
        return rows.items[0], Axis(size=len(rows.items))
    return Unknown("an element"), None


def restacked(value: Value, axis: Axis | None) -> Value:
    """The results of all entries as one tensor (or a structure of them)."""
    if isinstance(value, Seq):
        return Seq(tuple(restacked(item, axis) for item in value.items))
    if isinstance(value, Dict):
        return Dict({key: restacked(item, axis) for key, item in value.items.items()})
    if isinstance(value, Either):
        return either((conditions, restacked(option, axis)) for conditions, option in value.options)
    if axis is None:
        return Unknown("a mapped function")
    whole = tensor(value)
    return replace(whole, axes=whole.axes.insert(0, axis), number=None)


def _map(run: Interpreter, at: At, operation: Operation, roles: Mapping[str, Value]) -> Value:
    fn, elements = roles.get("fn", Unknown(at.name)), roles.get("xs", Unknown(at.name))

    def one(xs: Value) -> Value:
        entry, axis = entry_of(xs)
        whole = restacked(run.call(at, fn, [entry], {}), axis)
        if not (isinstance(xs, Tensor) and isinstance(entry, Tensor) and isinstance(whole, Tensor)):
            return whole
        return replace(whole, parts=lineage.put_back(whole.parts, entry.parts, xs.parts))

    return lift(one, elements)


def _scan(run: Interpreter, at: At, operation: Operation, roles: Mapping[str, Value]) -> Value:
    elements = roles.get("xs", Unknown(at.name))
    entry, axis = entry_of(elements)
    if axis is None or not axis.plain:
        return Unknown(at.name)
    start = roles.get("init", Const(None))
    state = start if start != Const(None) else entry
    once = run.call(at, roles.get("fn", Unknown(at.name)), [state, entry], {})
    twice = run.call(at, roles.get("fn", Unknown(at.name)), [once, entry], {})
    if isinstance(once, Tensor) and isinstance(twice, Tensor) and once.degree == twice.degree:
        return restacked(twice, axis) if operation.how == "scan" else twice
    return Unknown(at.name)


def _cond(run: Interpreter, at: At, operation: Operation, roles: Mapping[str, Value]) -> Value:
    test = roles.get("condition", Unknown(at.name))
    truth = truth_of(test)
    place = at.site.span
    name = f"{at.name} at {place.line}:{place.column}"
    options = []
    for outcome, role in ((True, "true_fn"), (False, "false_fn")):
        if truth is not None and truth is not outcome:
            continue
        fn = roles.get(role, Unknown(at.name))
        value = run.call(at, fn, [], {}) if not isinstance(fn, (Tensor, Const)) else fn
        options.append((frozenset({(name, outcome)}), value))
    return chosen(run, test, options)


def _while_loop(run: Interpreter, at: At, operation: Operation, roles: Mapping[str, Value]) -> Value:
    start = roles.get("init", Unknown(at.name))
    if not isinstance(start, Seq):
        return Unknown(at.name)
    fn = roles.get("fn", Unknown(at.name))
    once = run.call(at, fn, list(start.items), {})
    if not isinstance(once, Seq) or len(once.items) != len(start.items):
        return Unknown(at.name)
    twice = run.call(at, fn, list(once.items), {})
    if not isinstance(twice, Seq):
        return Unknown(at.name)
    settled: list[Value] = []
    for before, after in zip(once.items, twice.items, strict=False):
        one, two = tensor(before), tensor(after)
        settled.append(
            after
            if one.degree == two.degree and one.spread == two.spread and not two.data
            else Unknown(at.name)
        )
    return Seq(tuple(settled))


MAPPERS: dict[str, Callable[[Interpreter, At, Operation, Mapping[str, Value]], Value]] = {
    "map_fn": _map,
    "vectorized_map": _map,
    "scan": _scan,
    "fold": _scan,
    "cond": _cond,
    "while_loop": _while_loop,
}
