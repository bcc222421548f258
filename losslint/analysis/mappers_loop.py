"""Loops written as calls: ``while_loop``, ``fori_loop``, ``scan``, ``foldl``.

What a round adds to its state is summed over the rounds, as in a ``for`` statement: over as many as there are samples
that raises the degree.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING

import libcst as cst

from losslint.frozen import dataclass

from .along import along
from .alternatives import lift, look
from .axes import Axis
from .degree import ZERO
from .joining import At
from .loops import summed
from .mappers import MAPPERS, entry_of, restacked
from .optable import Operation
from .values import Const, Function, Seq, Spread, Tensor, Unknown, Value, tensor

if TYPE_CHECKING:
    from .interpreter import Interpreter

Handler = Callable[["Interpreter", At, Operation, Mapping[str, Value]], Value]


@dataclass(frozen=True)
class Round:
    """The body of a loop: its parameters, and the expressions that it returns."""

    parameters: tuple[str, ...]
    results: tuple[cst.BaseExpression, ...]
    node: cst.FunctionDef | cst.Lambda

    @classmethod
    def of(cls, fn: Value) -> Round | None:
        """The body of a function of the program; ``None`` for anything that cannot be looked into."""
        if not isinstance(fn, Function):
            return None
        node = fn.closure.node
        names = [parameter.name.value for parameter in (*node.params.posonly_params, *node.params.params)]
        result = node.body if isinstance(node, cst.Lambda) else _returned(node)
        if not isinstance(result, cst.BaseExpression):
            return None
        parts = (
            tuple(element.value for element in result.elements)
            if isinstance(result, (cst.Tuple, cst.List))
            else (result,)
        )
        return cls(tuple(names[1:] if fn.bound is not None else names), parts, node)

    def adds(self, parameter: int, result: int) -> bool:
        """Whether that result is that parameter plus something the parameter has no part in."""
        if parameter >= len(self.parameters) or result >= len(self.results):
            return False
        name, written = self.parameters[parameter], self.results[result]
        uses = sum(1 for each in _names(self.node.body) if each.value == name)
        if isinstance(written, cst.Name):  # bound in a statement of its own
            found = [_of_statement(each, name, written.value) for each in _statements(self.node)]
            used = next((count for count in found if count), 0)
            return bool(used) and uses == used + (written.value == name)
        return _plus(written, name) and uses == 1

    def counts(self, parameter: int, result: int) -> bool:
        """Whether that result is that parameter plus a number."""
        if parameter >= len(self.parameters) or result >= len(self.results):
            return False
        name, written = self.parameters[parameter], self.results[result]
        if isinstance(written, cst.Name) and written.value == name:
            return any(
                _of_statement(each, name, name) and not list(_names(each.value))[1:]
                for each in _statements(self.node)
            )
        return _plus(written, name) and len([each for each in _names(written) if each.value != "tf"]) == 1


def _small(node: cst.FunctionDef | cst.Lambda) -> Iterator[cst.BaseSmallStatement]:
    """The statements of the body itself, not those in branches."""
    if isinstance(node, cst.Lambda):
        return
    if isinstance(node.body, cst.SimpleStatementSuite):
        yield from node.body.body
        return
    for line in node.body.body:
        if isinstance(line, cst.SimpleStatementLine):
            yield from line.body


def _returned(node: cst.FunctionDef) -> cst.BaseExpression | None:
    returns = [each for each in _small(node) if isinstance(each, cst.Return)]
    return returns[-1].value if len(returns) == 1 else None


def _statements(node: cst.FunctionDef | cst.Lambda) -> Iterator[cst.Assign | cst.AugAssign]:
    """The assignments among them."""
    return (each for each in _small(node) if isinstance(each, (cst.Assign, cst.AugAssign)))


def _of_statement(statement: cst.Assign | cst.AugAssign, name: str, target: str) -> int:
    """How often a statement that adds to ``name``, and binds the sum to ``target``, says ``name``; 0 if it is none."""
    if isinstance(statement, cst.AugAssign):
        own = isinstance(statement.target, cst.Name) and statement.target.value == name == target
        free = all(each.value != name for each in _names(statement.value))
        return int(own and free and isinstance(statement.operator, cst.AddAssign))
    bound = statement.targets[0].target
    if not isinstance(bound, cst.Name) or bound.value != target or not _plus(statement.value, name):
        return 0
    return 1 + (target == name)


def _plus(written: cst.BaseExpression, name: str) -> bool:
    """``name + e``, ``e + name`` or ``add(name, e)``, where ``e`` does not say ``name``."""
    sides: list[cst.BaseExpression] = []
    if isinstance(written, cst.BinaryOperation) and isinstance(written.operator, cst.Add):
        sides = [written.left, written.right]
    elif isinstance(written, cst.Call) and isinstance(written.func, cst.Attribute):
        sides = [each.value for each in written.args] if written.func.attr.value == "add" else []
    own = [side for side in sides if isinstance(side, cst.Name) and side.value == name]
    return len(sides) == 2 and len(own) == 1 and sum(each.value == name for each in _names(written)) == 1


def _names(node: cst.CSTNode) -> Iterator[cst.Name]:
    """Every name that an expression or a body says; not those of attributes and keywords."""
    if isinstance(node, cst.Name):
        yield node
        return
    for child in node.children:
        if isinstance(node, cst.Attribute) and child is node.attr:
            continue
        if isinstance(node, cst.Arg) and child is node.keyword:
            continue
        yield from _names(child)


def _rounds(
    run: Interpreter, at: At, test: Value, state: Sequence[Value], counters: Sequence[bool]
) -> Axis | None:
    """How often a loop runs whose ``test`` sets one of its counters against a limit."""
    body = Round.of(test)
    if body is None or not isinstance(test, Function) or len(body.results) != 1:
        return None
    written = body.results[0]
    sides: list[cst.BaseExpression] = []
    if isinstance(written, cst.Comparison) and len(written.comparisons) == 1:
        below = isinstance(written.comparisons[0].operator, (cst.LessThan, cst.LessThanEqual, cst.NotEqual))
        sides = [written.left, written.comparisons[0].comparator] if below else []
    elif isinstance(written, cst.Call) and isinstance(written.func, cst.Attribute):
        below = written.func.attr.value in ("less", "less_equal", "not_equal")
        sides = [argument.value for argument in written.args][:2] if below else []
    if len(sides) != 2 or not isinstance(sides[0], cst.Name) or sides[0].value not in body.parameters:
        return None
    place = body.parameters.index(sides[0].value)
    if place >= len(counters) or not counters[place]:
        return None
    limit = Function(
        replace(test.closure, node=cst.Lambda(params=test.closure.node.params, body=sides[1])), test.bound
    )
    return _length(run.call(at, limit, list(state), {}))


def _length(limit: Value) -> Axis | None:
    """An axis of as many entries as a number says."""
    if isinstance(limit, Const) and isinstance(limit.value, int):
        return Axis(size=limit.value)
    if (
        not isinstance(limit, Tensor)
        or limit.data
        or limit.opaque
        or not (limit.count or limit.degree == ZERO)
    ):
        return None
    return Axis(limit.degree)


def _counter(rounds: Axis) -> Tensor:
    """The number of a round: of a sample, if there are as many rounds."""
    return Tensor(spread=Spread.SAMPLE if rounds.batch else Spread.CONST)


def _added(at: At, start: Value, delta: Value, rounds: Axis) -> Value:
    return lift(lambda one, two: summed(at, one, two, rounds), start, delta)


def _while_loop(run: Interpreter, at: At, operation: Operation, roles: Mapping[str, Value]) -> Value | None:
    """``while condition(*state): state = fn(*state)``."""
    start, fn = roles.get("init", Unknown(at.name)), roles.get("fn", Unknown(at.name))
    body = Round.of(fn)
    if not isinstance(start, Seq) or body is None:
        return None
    places = range(len(start.items))
    counters = [not tensor(start.items[k]).data and body.counts(k, k) for k in places]
    rounds = _rounds(run, at, roles.get("condition", Unknown(at.name)), start.items, counters)
    if rounds is None or len(body.results) != len(start.items):
        return None
    adds = [not counters[k] and body.adds(k, k) for k in places]
    given = [_counter(rounds) if counters[k] else Const(0) if adds[k] else start.items[k] for k in places]
    turn = run.call(at, fn, given, {})
    if not isinstance(turn, Seq) or len(turn.items) != len(start.items):
        return None
    after: list[Value] = []
    for k in places:
        if counters[k]:
            after.append(Tensor(degree=rounds.extent, count=rounds.batch))
        elif adds[k]:
            after.append(_added(at, start.items[k], turn.items[k], rounds))
        else:
            kept = look(turn.items[k]) == look(start.items[k])
            after.append(start.items[k] if kept else Unknown(at.name))
    return Seq(tuple(after))


def _fori_loop(run: Interpreter, at: At, operation: Operation, roles: Mapping[str, Value]) -> Value | None:
    """``for i in range(lower, upper): state = fn(i, state)`` over as many samples as there are."""
    fn, start = roles.get("fn", Unknown(at.name)), roles.get("init", Unknown(at.name))
    body, rounds = Round.of(fn), _length(roles.get("upper", Unknown(at.name)))
    if body is None or rounds is None or len(body.results) != 1 or not body.adds(1, 0):
        return None
    return _added(at, start, run.call(at, fn, [_counter(rounds), Const(0)], {}), rounds)


def _fold(run: Interpreter, at: At, operation: Operation, roles: Mapping[str, Value]) -> Value | None:
    """``foldl`` and ``scan`` whose function adds something of each element to what it carries."""
    fn, start = roles.get("fn", Unknown(at.name)), roles.get("init", Const(None))
    body = Round.of(fn)
    entry, axis = entry_of(roles.get("xs", Unknown(at.name)))
    if body is None or axis is None or len(body.results) != 1 or not body.adds(0, 0):
        return None
    delta = run.call(at, fn, [Const(0), entry], {})
    if start == Const(None):  # begins with the first element, as it is
        if look(delta) != look(entry):
            return None
        start = Const(0)
    if operation.how == "fold":
        return _added(at, start, delta, axis)
    rows = restacked(delta, axis)
    return (
        along(at, "cumsum", rows, 0)
        if isinstance(rows, Tensor) and look(tensor(start)) == look(tensor(Const(0)))
        else None
    )


def _scan_carry(run: Interpreter, at: At, operation: Operation, roles: Mapping[str, Value]) -> Value | None:
    """``fn(carry, x)`` gives (carry, y); the carry is a sum over the elements."""
    fn, start = roles.get("fn", Unknown(at.name)), roles.get("init", Unknown(at.name))
    body = Round.of(fn)
    if body is None or roles.get("xs", Const(None)) == Const(None):
        return None
    entry, axis = entry_of(roles["xs"])
    if axis is None or len(body.results) != 2 or not body.adds(0, 0):
        return None
    turn = run.call(at, fn, [Const(0), entry], {})
    if not isinstance(turn, Seq) or len(turn.items) != 2:
        return None
    total, rows = turn.items
    return Seq((_added(at, start, total, axis), rows if rows == Const(None) else restacked(rows, axis)))


def _first(handler: Callable[..., Value | None], variant: str) -> Handler:
    """A handler that goes before the one there is, which is asked where it does not apply."""
    then = MAPPERS[variant]

    def both(run: Interpreter, at: At, operation: Operation, roles: Mapping[str, Value]) -> Value:
        value = handler(run, at, operation, roles)
        return then(run, at, operation, roles) if value is None else value

    return both


LOOPS: dict[str, Callable[..., Value | None]] = {
    "while_loop": _while_loop,
    "fori_loop": _fori_loop,
    "scan": _fold,
    "fold": _fold,
    "scan carry": _scan_carry,
}
MAPPERS.update({variant: _first(handler, variant) for variant, handler in LOOPS.items()})
