"""Loops and comprehensions: unrolled over known items, else run once on a typical one.

What a loop accumulates is summed over the number of turns: over the batch that raises the degree, over a list of scales
it does not.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from functools import lru_cache
from typing import TYPE_CHECKING, Any

import libcst as cst

from losslint.source.slices import parts_of

from . import algebra, joining, lineage, shapes, stacking
from .alternatives import either, lift, look
from .axes import PLAIN, UNSURE, Axis
from .conditions import truth_of
from .degree import UNKNOWN, ZERO
from .reduce import reduce
from .scope import Names, Scope
from .spelling import spelled
from .statements import Flow, bind, joined_names, run_block
from .symbolic import items_of_data_set
from .values import (
    Const,
    Dict,
    Either,
    Many,
    Range,
    Seq,
    ShapeOf,
    Spread,
    Tensor,
    Unknown,
    Value,
    tensor,
    unknown_tensor,
)

if TYPE_CHECKING:
    from .interpreter import Interpreter

MAX_UNROLLED = 12


def iterated(value: Value) -> Seq | Many:
    """What a loop over a value sees: its items if they are known, else a typical one and how many there are."""
    if isinstance(value, (Seq, Many)):
        return value
    if isinstance(value, Dict):
        return (
            Seq(tuple(Const(key) for key in value.items))
            if value.rest is None
            else Many(Unknown("a key"), PLAIN)
        )
    if isinstance(value, Range):
        limit = tensor(value.limit)
        axis = Axis(limit.degree) if not limit.data else Axis(limit.degree, data=True)
        spread = Spread.SAMPLE if axis.batch else Spread.CONST
        return Many(Tensor(spread=spread), axis)
    if isinstance(value, ShapeOf):
        whole = shapes.dimensions(value)
        if isinstance(whole, Seq):
            return whole
        return Many(Tensor() if value.axes.total == ZERO else Unknown("a dimension"), PLAIN)
    if isinstance(value, Tensor):
        rows = stacking.unstacked(value, 0)
        return rows if isinstance(rows, (Seq, Many)) else Many(Unknown("an entry"), UNSURE)
    if isinstance(value, Const) and isinstance(value.value, str):
        return Seq(tuple(Const(letter) for letter in value.value[:MAX_UNROLLED]))
    return Many(value if isinstance(value, Unknown) else Unknown("what a loop runs over"), UNSURE)


ROWS = {"row", "sample", "example", "instance", "record"}
"""What people call one entry of a batch, and nothing else."""


def items_of(run: Interpreter, value: Value, target: cst.CSTNode | None = None) -> Seq | Many:
    """``iterated``, but for a bare parameter: it may be a batch of samples or a list of batches."""
    name = run.raw.get(id(value))
    if isinstance(target, cst.Name) and target.value in ROWS:
        return iterated(value)
    if name is None or not isinstance(value, Tensor) or name in run.arrays:
        return iterated(value)
    if is_list_name(name):
        run.listed.add(name)
        return Many(replace(value), PLAIN)
    return Many(unknown_tensor(f"whether {name} is a batch or a list"), UNSURE)


ITEM = "an item: "
"""How the name of a parameter's item begins: of that it is not even known whether it is one tensor."""


def is_list_name(name: str) -> bool:
    """A plural that is not the usual name of one tensor: ``frames``, ``layers``, ``outputs``."""
    return (
        not name.startswith(ITEM)
        and name.endswith("s")
        and not name.endswith(("ss", "logits", "labels", "class"))
    )


def run_for(run: Interpreter, node: cst.For, scope: Scope, flow: Flow) -> bool:
    """``for target in iterable``."""
    value = flow.narrowed(run.evaluate(node.iter, scope, flow))
    if isinstance(value, Either):
        value = (
            value.options[0][1]
            if len({type(option) for _, option in value.options}) == 1
            else Unknown("alternatives to loop over")
        )
    items = items_of_data_set(run, node, items_of(run, value, node.target))
    body = node.body.body
    if isinstance(items, Seq) and len(items.items) <= MAX_UNROLLED:
        for item in items.items:
            bind(run, node.target, item, scope, flow)
            if not _turn(run, body, scope, flow):
                return False
    else:
        typical = items if isinstance(items, Many) else Many(_typical(items), PLAIN)
        if not _typical_turn(run, node, body, typical, scope, flow):
            return False
    return run_block(run, node.orelse.body.body, scope, flow) if node.orelse is not None else True


def _typical(items: Seq) -> Value:
    if all(isinstance(item, Const) for item in items.items):
        return Tensor()
    return items.items[0] if items.items else Unknown("an empty loop")


def _turn(run: Interpreter, body: Sequence[Any], scope: Scope, flow: Flow) -> bool:
    """One turn; ``break`` and ``continue`` join what they bound to what the turn's end binds."""
    inside = replace(flow, exits=[])
    before = scope.names
    scope.names = Names(before)
    alive = run_block(run, body, scope, inside)
    flow.raises = flow.raises or inside.raises
    ends = [(frozenset[tuple[str, bool]](), names) for names in inside.exits]
    if alive:
        ends.append((inside.path - flow.path, scope.names))
    if not ends:
        return False
    scope.names = joined_names(before, ends) if len(ends) > 1 else before.leading_to(ends[0][1])
    return True


GROWING = ("append", "extend", "write")
"""Methods that make a list, or a ``TensorArray``, longer."""


@lru_cache(maxsize=512)
def accumulated(loop: cst.For) -> Mapping[str, str]:
    """The names a loop body accumulates: ``x += e`` and ``x = x + e`` (sum), ``xs.append(e)`` (list)."""
    found: dict[str, str] = {}
    waiting: list[Any] = [loop.body]
    while waiting:
        node = waiting.pop()
        kind = type(node)
        if kind is cst.AugAssign:
            if isinstance(node.target, (cst.Name, cst.Attribute)) and isinstance(
                node.operator, (cst.AddAssign, cst.SubtractAssign)
            ):
                found[spelled(node.target)] = "sum"
        elif kind is cst.Assign:
            target, value = node.targets[0].target, node.value
            if isinstance(target, cst.Name) and isinstance(value, cst.BinaryOperation):
                sides = (value.left, value.right) if isinstance(value.operator, cst.Add) else ()
                if any(isinstance(side, cst.Name) and side.value == target.value for side in sides):
                    found[target.value] = "sum"
        elif kind is cst.Call and isinstance(node.func, cst.Attribute):
            owner = node.func.value
            if node.func.attr.value in GROWING and isinstance(owner, (cst.Name, cst.Attribute)):
                found.setdefault(spelled(owner), "list")
        if kind is not cst.FunctionDef:
            waiting += parts_of(node)
    return found


def _typical_turn(
    run: Interpreter, node: cst.For, body: Sequence[Any], many: Many, scope: Scope, flow: Flow
) -> bool:
    """A loop of unknown length: one turn on a typical item, its accumulators summed over all turns."""
    kinds = {name: kind for name, kind in accumulated(node).items() if name in scope.names}
    before = scope.names
    scope.names = Names(before)
    for name, kind in kinds.items():
        start = before[name]
        if kind == "sum" and not isinstance(start, (Seq, Many)):
            scope.names[name] = Const(0)
        elif isinstance(start, (Seq, Many)):
            kinds[name] = "list"
            scope.names[name] = Seq(())
    one = stacking.this_one(many.item)
    bind(run, node.target, one, scope, flow)
    if not _turn(run, body, scope, flow):
        scope.names = before
        return True
    at = run.at(scope, node.target, "the loop")
    for name, kind in kinds.items():
        turn = scope.names[name]
        if kind == "list":
            scope.names[name] = _gathered(before[name], turn, many.axis)
        else:
            scope.names[name] = lift(
                lambda start, delta: summed(at, start, _of_all(delta, one, many.item), many.axis),
                before[name],
                turn,
            )
    for name in scope.names.bound:
        value = scope.names[name]
        if name not in kinds and name in before and value is not before[name]:
            scope.names[name] = _last(before[name], value, many.axis)
    scope.names = before.leading_to(scope.names)
    return True


def _of_all(delta: Value, one: Value, typical: Value) -> Value:
    """What a turn adds, as a function of all entries that the loop runs over."""
    if not (isinstance(delta, Tensor) and isinstance(one, Tensor) and isinstance(typical, Tensor)):
        return delta
    atom = lineage.sole(typical.parts)
    if atom is None or atom.source is None:
        return delta
    return replace(delta, parts=lineage.put_back(delta.parts, one.parts, atom.source))


def summed(at: joining.At, start: Value, delta: Value, axis: Axis) -> Value:
    """``start`` plus one ``delta`` for every turn."""
    if isinstance(delta, Const) and delta.value == 0:
        return start
    if isinstance(delta, Const) and isinstance(delta.value, (int, float)):
        total = Tensor(degree=axis.extent, count=axis.batch)
    else:
        part = tensor(delta)
        if axis.plain:
            total = replace(part, number=None)
        elif axis.extent is UNKNOWN:
            total = replace(
                part,
                number=None,
                degree=UNKNOWN if part.data else part.degree,
                slope=UNKNOWN if part.slope is not None else None,
            )
        else:
            total = reduce(at, "sum", replace(part, axes=part.axes.insert(0, axis), number=None), (0,))
    return algebra.add(at, tensor(start), total)


def _gathered(start: Value, turn: Value, axis: Axis) -> Value:
    """A list that grows by what one turn appended."""
    if not isinstance(turn, Seq) or not turn.items:
        return start if turn == Seq(()) else Unknown("a list built in a loop")
    known = start.items if isinstance(start, Seq) else (start.item,) if isinstance(start, Many) else ()
    items = [*known, *turn.items]
    if any(isinstance(item, (Seq, Dict, Many)) for item in items):
        return Many(items[-1], axis)
    typical = stacking.blend([tensor(item) for item in items]) if len(items) > 1 else items[0]
    return Many(typical, axis)


def _last(before: Value, after: Value, axis: Axis) -> Value:
    """A name the loop overwrites: its value after the last turn."""
    if look(before) == look(after):
        return after
    if isinstance(after, Tensor) and axis.batch and after.spread is Spread.SAMPLE and not after.axes.batches:
        return replace(after, spread=Spread.UNKNOWN)
    if (
        isinstance(after, Tensor)
        and isinstance(before, Tensor)
        and after.degree != before.degree
        and before.data
    ):
        return replace(after, degree=UNKNOWN, slope=UNKNOWN)
    return after


def run_while(run: Interpreter, node: cst.While, scope: Scope, flow: Flow) -> bool:
    """``while test``: a body that runs an unknown number of times; what changes with each turn is not known."""
    before = scope.names
    scope.names = Names(before)
    if not _turn(run, node.body.body, scope, flow):
        scope.names = before
        return True
    once = scope.names
    scope.names = Names(once)
    if not _turn(run, node.body.body, scope, flow):
        scope.names = before.leading_to(once)
        return True
    once.bound.update(scope.names.bound)
    for name in once.bound:
        value = scope.names[name]
        if name in once and look(value) != look(once[name]) and not isinstance(value, Const):
            scope.names[name] = Unknown(f"{name} after a while loop")
        elif isinstance(value, Const) and value != before.get(name):
            scope.names[name] = Tensor()
    scope.names = before.leading_to(scope.names)
    return True


def comprehension(run: Interpreter, node: Any, scope: Scope, flow: Flow) -> Value:
    """``[element for target in iterable if test]``, also as a generator or a set."""
    inner = Scope(scope.module, scope.slice, scope.qualname, scope, owner=scope.owner, this=scope.this)
    return _clause(run, node.for_in, node.elt, inner, flow)


def _clause(
    run: Interpreter, clause: cst.CompFor, element: cst.BaseExpression, scope: Scope, flow: Flow
) -> Value:
    source = flow.narrowed(run.evaluate(clause.iter, scope, flow))
    if isinstance(source, Range) and _as_it_is(clause, element):
        return source
    if isinstance(source, Either):
        return either(
            (conditions, _over(run, clause, element, scope, flow, iterated(option)))
            for conditions, option in source.options
        )
    return _over(run, clause, element, scope, flow, items_of(run, source))


def _as_it_is(clause: cst.CompFor, element: cst.BaseExpression) -> bool:
    """``[i for i in range(n)]``."""
    return (
        not clause.ifs
        and clause.inner_for_in is None
        and isinstance(clause.target, cst.Name)
        and isinstance(element, cst.Name)
        and element.value == clause.target.value
    )


def _over(
    run: Interpreter,
    clause: cst.CompFor,
    element: cst.BaseExpression,
    scope: Scope,
    flow: Flow,
    items: Seq | Many,
) -> Value:
    def one(item: Value) -> Value | None:
        bind(run, clause.target, item, scope, flow)
        for test in clause.ifs:
            if truth_of(run.evaluate(test.test, scope, flow)) is False:
                return None
        if clause.inner_for_in is not None:
            return _clause(run, clause.inner_for_in, element, scope, flow)
        return run.evaluate(element, scope, flow)

    if isinstance(items, Seq) and len(items.items) <= MAX_UNROLLED:
        made = [value for item in items.items if (value := one(item)) is not None]
        if clause.inner_for_in is None:
            return Seq(tuple(made))
        if all(isinstance(value, Seq) for value in made):
            return Seq(tuple(leaf for value in made if isinstance(value, Seq) for leaf in value.items))
        return Unknown("a nested comprehension")
    many = items if isinstance(items, Many) else Many(_typical(items), PLAIN)
    value = one(stacking.this_one(many.item))
    if value is None:
        return Seq(())
    if clause.inner_for_in is not None:
        return (
            Many(value.item, PLAIN)
            if isinstance(value, Many) and many.axis.plain and value.axis.plain
            else Unknown("a nested comprehension")
        )
    return Many(value, replace(many.axis, data=True) if clause.ifs and many.axis.batch else many.axis)


def dict_comprehension(run: Interpreter, node: cst.DictComp, scope: Scope, flow: Flow) -> Value:
    """``{key: value for target in iterable}``."""
    inner = Scope(scope.module, scope.slice, scope.qualname, scope, owner=scope.owner, this=scope.this)
    items = iterated(run.evaluate(node.for_in.iter, scope, flow))
    if isinstance(items, Seq) and len(items.items) <= MAX_UNROLLED and node.for_in.inner_for_in is None:
        found: dict[Any, Value] = {}
        for item in items.items:
            bind(run, node.for_in.target, item, inner, flow)
            key = run.evaluate(node.key, inner, flow)
            if not isinstance(key, Const):
                return Dict({}, run.evaluate(node.value, inner, flow))
            found[key.value] = run.evaluate(node.value, inner, flow)
        return Dict(found)
    bind(run, node.for_in.target, items.item if isinstance(items, Many) else _typical(items), inner, flow)
    return Dict({}, run.evaluate(node.value, inner, flow))
