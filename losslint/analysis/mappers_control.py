"""Mappers that steer.

A loop with a counter, a choice among several functions, a scan that carries a state.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

from .alternatives import either
from .conditions import truth_of
from .degree import ZERO
from .joining import At
from .mappers import MAPPERS, entry_of, restacked
from .optable import Operation
from .values import Const, Dict, Seq, Tensor, Unknown, Value, constant, tensor

if TYPE_CHECKING:
    from .interpreter import Interpreter

UNROLLED = 8
"""A loop of at most this many rounds is run as it stands."""


def settled(before: Value, after: Value) -> bool:
    """Whether another round of a loop changed nothing: then no further one will."""
    if isinstance(before, Seq) and isinstance(after, Seq) and len(before.items) == len(after.items):
        return all(settled(one, two) for one, two in zip(before.items, after.items, strict=True))
    if not isinstance(before, (Tensor, Const)) or not isinstance(after, (Tensor, Const)):
        return False
    return _traits(tensor(before)) == _traits(tensor(after))


def _traits(value: Tensor) -> tuple[Any, ...]:
    return value.axes, value.degree, value.slope, value.spread, value.offset, value.diagonal, len(value.flaws)


def _fori_loop(run: Interpreter, at: At, operation: Operation, roles: Mapping[str, Value]) -> Value:
    """``fn(i, value)`` for i in [lower, upper)."""
    lower, upper = (roles.get(role, Unknown(at.name)) for role in ("lower", "upper"))
    fn, value = roles.get("fn", Unknown(at.name)), roles.get("init", Unknown(at.name))
    if (
        isinstance(lower, Const)
        and isinstance(upper, Const)
        and all(isinstance(b.value, int) for b in (lower, upper))
    ):
        if upper.value - lower.value <= UNROLLED:
            for number in range(lower.value, upper.value):
                value = run.call(at, fn, [Const(number), value], {})
            return value
    elif any(tensor(bound).data or tensor(bound).degree != ZERO for bound in (lower, upper)):
        return Unknown(at.name)  # as many rounds as samples
    once = run.call(at, fn, [constant(), value], {})
    twice = run.call(at, fn, [constant(), once], {})
    return twice if settled(once, twice) else Unknown(at.name)


def _scan_carry(run: Interpreter, at: At, operation: Operation, roles: Mapping[str, Value]) -> Value:
    """``fn(carry, x)`` gives (carry, y), and so does the whole."""
    elements = roles.get("xs", Const(None))
    if elements == Const(None):
        return Unknown(at.name)
    entry, axis = entry_of(elements)
    if axis is None or not axis.plain:
        return Unknown(at.name)
    fn, carry = roles.get("fn", Unknown(at.name)), roles.get("init", Unknown(at.name))
    once = run.call(at, fn, [carry, entry], {})
    if not isinstance(once, Seq) or len(once.items) != 2:
        return Unknown(at.name)
    twice = run.call(at, fn, [once.items[0], entry], {})
    if not isinstance(twice, Seq) or len(twice.items) != 2 or not settled(once.items[0], twice.items[0]):
        return Unknown(at.name)
    rows = twice.items[1]
    return Seq((twice.items[0], rows if rows == Const(None) else restacked(rows, axis)))


def _switch(run: Interpreter, at: At, operation: Operation, roles: Mapping[str, Value]) -> Value:
    """``fns[index](*xs)``."""
    index, listed, given = roles.get("index", Unknown(at.name)), roles.get("fns"), roles.get("xs")
    fns = _numbered(listed)
    if fns is None or tensor(index).data:
        return Unknown(at.name)
    args = list(given.items) if isinstance(given, Seq) else []
    default = roles.get("default", Const(None))
    if truth_of(default):
        return Unknown(at.name)
    if isinstance(index, Const) and isinstance(index.value, int):
        chosen = fns.get(index.value, fns[max(fns)])
        return run.call(at, chosen, args, {})
    return _one_of(run, at, [(Unknown("an index"), fn) for fn in fns.values()], args, exhaustive=True)


def _numbered(listed: Value | None) -> dict[int, Value] | None:
    """Functions by number: from a list, a mapping, or pairs."""
    if isinstance(listed, Dict) and listed.items and all(isinstance(key, int) for key in listed.items):
        return dict(listed.items) if listed.rest is None else None
    if not isinstance(listed, Seq) or not listed.items:
        return None
    pairs = [item.items if isinstance(item, Seq) and len(item.items) == 2 else None for item in listed.items]
    if all(pair is None for pair in pairs):
        return dict(enumerate(listed.items))
    found = {pair[0].value: pair[1] for pair in pairs if pair is not None and isinstance(pair[0], Const)}
    return found if len(found) == len(pairs) else None


def _case(run: Interpreter, at: At, operation: Operation, roles: Mapping[str, Value]) -> Value:
    """The function of the first true predicate of (predicate, function) ``pairs``, else ``default``."""
    listed, default = roles.get("pairs"), roles.get("default", Const(None))
    if not isinstance(listed, Seq):
        return Unknown(at.name)
    pairs = [item.items for item in listed.items if isinstance(item, Seq) and len(item.items) == 2]
    if len(pairs) != len(listed.items) or not pairs:
        return Unknown(at.name)
    if any(isinstance(test, Tensor) and test.data for test, _ in pairs):
        return Unknown(at.name)
    branches = [(test, fn) for test, fn in pairs]
    if default != Const(None):
        branches.append((Const(True), default))
    return _one_of(run, at, branches, [], exhaustive=True)


def _one_of(
    run: Interpreter,
    at: At,
    branches: Sequence[tuple[Value, Value]],
    args: Sequence[Value],
    *,
    exhaustive: bool,
) -> Value:
    """The result of the first branch whose test holds; the last runs when no other does (``exhaustive``)."""
    options: list[tuple[frozenset[tuple[str, bool]], Value]] = []
    passed: frozenset[tuple[str, bool]] = frozenset()
    for k, (test, fn) in enumerate(branches):
        truth = truth_of(test)
        if truth is False:
            continue
        label = f"branch {k + 1} of {at.name} in line {at.site.span.line}"
        last = truth is True or (exhaustive and k == len(branches) - 1)
        value = run.call(at, fn, args, {}) if not isinstance(fn, (Tensor, Const)) else fn
        options.append((passed if last else passed | {(label, True)}, value))
        if last:
            break
        passed |= {(label, False)}
    return either(options) if options else Unknown(at.name)


MAPPERS.update({"fori_loop": _fori_loop, "switch": _switch, "case": _case, "scan carry": _scan_carry})
