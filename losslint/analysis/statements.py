"""Statements: assignment, branches, loops, and what a function returns on which path."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any

import libcst as cst

from . import access, static
from .alternatives import chosen_by, contradicts, decided_by_data, either
from .axes import PLAIN, closed
from .conditions import outcomes, truth_of
from .degree import ZERO
from .names import named_constant
from .operators import arithmetic
from .program import class_value
from .scope import Names, Scope
from .shapes import dimensions
from .spelling import spelled
from .stacking import pieces, unstacked
from .values import (
    NONE,
    Const,
    Dict,
    Either,
    External,
    Function,
    Many,
    Seq,
    ShapeOf,
    Tensor,
    Unknown,
    Value,
    constant,
)

if TYPE_CHECKING:
    from .interpreter import Interpreter

Path = frozenset[tuple[str, bool]]
NOWHERE: Path = frozenset()
MAX_TESTS = 64
"""Tests that one path remembers."""


@dataclass(slots=True)
class Flow:
    """Where control is: the tests passed so far, and what was returned, yielded, or left a loop early."""

    path: Path = NOWHERE
    returns: list[tuple[Path, Value]] = field(default_factory=list)
    yields: list[Value] = field(default_factory=list)
    exits: list[Names] = field(default_factory=list)
    raises: bool = False

    def under(self, conditions: Path) -> Flow:
        """The same flow with further conditions; what it returns is gathered together."""
        return Flow(bounded(self.path | conditions), self.returns, self.yields, self.exits, self.raises)

    def narrowed(self, value: Value) -> Value:
        """A value without the alternatives that this path excludes."""
        if type(value) is not Either or not self.path:
            return value
        return either(
            (conditions, option)
            for conditions, option in value.options
            if not contradicts(conditions | self.path)
        )


def bounded(path: Path) -> Path:
    """A path that is not too long to be carried along. Fewer tests exclude fewer alternatives, and none wrongly."""
    return path if len(path) <= MAX_TESTS else NOWHERE


def run_block(run: Interpreter, body: Sequence[Any], scope: Scope, flow: Flow) -> bool:
    """Run statements in order; False if control does not reach the end."""
    for statement in body:
        run.budget.tick()
        for each in statement.body if type(statement) is cst.SimpleStatementLine else (statement,):
            handler = STATEMENTS.get(type(each))
            if handler is not None and not handler(run, each, scope, flow):
                return False
    return True


def _assign(run: Interpreter, node: cst.Assign, scope: Scope, flow: Flow) -> bool:
    value = run.evaluate(node.value, scope, flow)
    for target in node.targets:
        bind(run, target.target, value, scope, flow)
    return True


def _annotated(run: Interpreter, node: cst.AnnAssign, scope: Scope, flow: Flow) -> bool:
    if node.value is not None:
        bind(run, node.target, run.evaluate(node.value, scope, flow), scope, flow)
    return True


def _augmented(run: Interpreter, node: cst.AugAssign, scope: Scope, flow: Flow) -> bool:
    before = run.evaluate(node.target, scope, flow)
    value = arithmetic(run, node.operator, before, run.evaluate(node.value, scope, flow), node, scope)
    bind(run, node.target, value, scope, flow)
    return True


CUSTOMARY = {"backend": "keras.backend", "K": "keras.backend"}
"""What a library that is handed its framework at run time calls it."""


def bind(run: Interpreter, target: cst.BaseExpression, value: Value, scope: Scope, flow: Flow) -> None:
    """Assign a value to a target: a name, an attribute, an item, or several of them."""
    if isinstance(target, cst.Name):
        if target.value in CUSTOMARY and (isinstance(value, Unknown) or value == Const(None)):
            value = External(CUSTOMARY[target.value])
        scope.names[target.value] = named_constant(run, target.value, value)
        run.note(scope, target, target.value, value)
    elif isinstance(target, (cst.Tuple, cst.List)):
        count = len(target.elements)
        raw = id(value) in run.raw and isinstance(value, Tensor)
        items = [run.another_batch(value) for _ in range(count)] if raw else unpacked(value, count)
        for element, item in zip(target.elements, items, strict=False):
            item = named_part(run, element.value, value, item)
            bind(
                run, element.value, static.read(run.at(scope, element.value, "unpacking"), item), scope, flow
            )
    elif isinstance(target, cst.Attribute):
        owner = run.evaluate(target.value, scope, flow)
        access.set_attribute(run, owner, target.attr.value, value)
        run.note(scope, target, spelled(target), value)
    elif isinstance(target, cst.Subscript) and isinstance(target.value, (cst.Name, cst.Attribute)):
        owner = run.evaluate(target.value, scope, flow)
        if (
            isinstance(owner, Dict)
            and len(target.slice) == 1
            and isinstance(target.slice[0].slice, cst.Index)
        ):
            key = run.evaluate(target.slice[0].slice.value, scope, flow)
            if isinstance(key, Const):
                bind(run, target.value, Dict({**owner.items, key.value: value}, owner.rest), scope, flow)
            else:
                bind(run, target.value, Dict(owner.items, value), scope, flow)


def named_part(run: Interpreter, target: cst.BaseExpression, whole: Value, part: Value) -> Value:
    """A part of what a model puts out or takes in, where its name says that it is no batch after all."""
    if not isinstance(target, cst.Name) or not isinstance(whole, Tensor) or not isinstance(part, Tensor):
        return part
    words = run.vocabulary
    if words.is_loss(target.value):
        return run.parameter(target.value, loss=False)
    return constant(opaque=True) if words.is_other(target.value) else part


def unpacked(value: Value, count: int) -> list[Value]:
    """The values that tuple unpacking gives to ``count`` targets."""
    if isinstance(value, ShapeOf):
        axes = value.axes
        if axes.rank is None:  # the number of targets says what the rank is
            missing = count - axes.least_rank
            if axes.middle == ZERO and missing >= 0:
                value = replace(value, axes=closed((*axes.front, *(PLAIN,) * missing, *axes.back)))
        value = dimensions(value)
    if isinstance(value, Seq) and len(value.items) == count:
        return list(value.items)
    if isinstance(value, Many):
        return list(pieces(value.item, count))
    if isinstance(value, Either):
        columns = [(conditions, unpacked(option, count)) for conditions, option in value.options]
        return [either((conditions, items[k]) for conditions, items in columns) for k in range(count)]
    if isinstance(value, Tensor):
        if value.axes.loose and value.axes.batch_index() == 0:  # a model with several outputs, a batch each
            return list(pieces(value, count))
        rows = unstacked(value, 0)
        return (
            list(pieces(rows.item, count))
            if isinstance(rows, Many) and not rows.axis.batch
            else [Unknown("an unpacked tensor")] * count
        )
    return [value if isinstance(value, Unknown) else Unknown("an unpacked value")] * count


def _expression(run: Interpreter, node: cst.Expr, scope: Scope, flow: Flow) -> bool:
    run.evaluate(node.value, scope, flow)
    return True


def _return(run: Interpreter, node: cst.Return, scope: Scope, flow: Flow) -> bool:
    value = run.evaluate(node.value, scope, flow) if node.value is not None else Const(None)
    flow.returns.append((flow.path, value))
    return False


def _raise(run: Interpreter, node: cst.Raise, scope: Scope, flow: Flow) -> bool:
    flow.raises = True
    return False


def _leave_loop(run: Interpreter, node: Any, scope: Scope, flow: Flow) -> bool:
    flow.exits.append(scope.names)
    return False


def _assert(run: Interpreter, node: cst.Assert, scope: Scope, flow: Flow) -> bool:
    return True


def _import(run: Interpreter, node: Any, scope: Scope, flow: Flow) -> bool:
    for name, value in access.local_imports(run, node, scope):
        scope.names[name] = value
    return True


def _delete(run: Interpreter, node: cst.Del, scope: Scope, flow: Flow) -> bool:
    return True


def _if(run: Interpreter, node: cst.If, scope: Scope, flow: Flow) -> bool:
    test = flow.narrowed(run.evaluate(node.test, scope, flow))
    truth = truth_of(test)
    orelse: Sequence[Any] = ()
    if isinstance(node.orelse, cst.If):
        orelse = (node.orelse,)
    elif isinstance(node.orelse, cst.Else):
        orelse = node.orelse.body.body
    if truth is not None:
        return run_block(run, node.body.body if truth else orelse, scope, flow)
    if _only_raises(node.body.body):
        return run_block(run, orelse, scope, flow)
    branches = [
        (conditions, node.body.body if outcome else orelse)
        for conditions, outcome in outcomes(test, node.test)
        if not contradicts(conditions | flow.path)
    ]
    return run_branches(run, branches, scope, flow, test=test)


def _only_raises(body: Sequence[Any]) -> bool:
    """A guard: ``if …: raise`` says what may be assumed afterwards."""
    last = body[-1] if body else None
    return isinstance(last, cst.SimpleStatementLine) and any(
        isinstance(small, cst.Raise) for small in last.body
    )


def run_branches(
    run: Interpreter,
    branches: Sequence[tuple[Path, Sequence[Any]]],
    scope: Scope,
    flow: Flow,
    *,
    test: Value = NONE,
) -> bool:
    """Run alternatives from the same start and join what they bind; False if none reaches its end.

    ``test`` decides which one runs: by the data of the whole batch, and what differs between them is coupled.
    """
    before = scope.names
    returned = len(flow.returns)
    ends: list[tuple[Path, Names]] = []
    for conditions, body in branches:
        scope.names = Names(before)
        inside = flow.under(conditions)
        if run_block(run, body, scope, inside):
            ends.append((inside.path - flow.path, scope.names))
        flow.raises = flow.raises or inside.raises
    if decided_by_data(test):
        flow.returns[returned:] = [(path, chosen_by(test, value)) for path, value in flow.returns[returned:]]
    if not ends:
        scope.names = before
        return False
    if len(ends) == 1:
        scope.names = before.leading_to(ends[0][1])
        flow.path = bounded(flow.path | ends[0][0])
        return True
    scope.names = joined_names(before, ends)
    if decided_by_data(test):
        for name in _bound(before, ends):
            value = scope.names[name]
            branched = [names.get(name, NONE) for _, names in ends]
            if any(one is not value for one in branched) and not run.labels.decides(run.raw, test, branched):
                scope.names[name] = chosen_by(test, value)
    return True


def joined_names(before: Names, ends: Sequence[tuple[Path, Names]]) -> Names:
    """The bindings after several branches that led on from ``before``: alternatives where they differ."""
    names = before.joined()
    for name in _bound(before, ends):
        values = [(conditions, bindings[name]) for conditions, bindings in ends if name in bindings]
        first = values[0][1]
        names[name] = first if all(value is first for _, value in values) else either(values)
    return names


def _bound(before: Names, ends: Sequence[tuple[Path, Names]]) -> dict[str, None]:
    """The names that any of several branches has bound, in order."""
    return dict.fromkeys(name for _, end in ends for name in end.bound_since(before))


def _with(run: Interpreter, node: cst.With, scope: Scope, flow: Flow) -> bool:
    for item in node.items:
        value = run.evaluate(item.item, scope, flow)
        if item.asname is not None:
            bind(run, item.asname.name, value, scope, flow)
    with run.uses.within(node.items):
        return run_block(run, node.body.body, scope, flow)


def _try(run: Interpreter, node: Any, scope: Scope, flow: Flow) -> bool:
    alive = run_block(run, node.body.body, scope, flow)
    if alive and node.orelse is not None:
        alive = run_block(run, node.orelse.body.body, scope, flow)
    if node.finalbody is not None:
        alive = run_block(run, node.finalbody.body.body, scope, flow) and alive
    return alive


def _match(run: Interpreter, node: cst.Match, scope: Scope, flow: Flow) -> bool:
    subject = spelled(node.subject)
    value = run.evaluate(node.subject, scope, flow)
    branches: list[tuple[Path, Sequence[Any]]] = []
    for case in node.cases:
        pattern = case.pattern
        if isinstance(pattern, cst.MatchValue) and isinstance(value, Const):
            wanted = run.evaluate(pattern.value, scope, flow)
            if isinstance(wanted, Const) and wanted != value:
                continue
            if wanted == value:
                return run_block(run, case.body.body, scope, flow)
        branches.append((frozenset({(f"{subject} matches {spelled(pattern)}", True)}), case.body.body))
    return run_branches(run, branches, scope, flow) if branches else True


def _function(run: Interpreter, node: cst.FunctionDef, scope: Scope, flow: Flow) -> bool:
    qualname = f"{scope.qualname}.<locals>.{node.name.value}" if scope.qualname else node.name.value
    value = run.make_function(node, scope, qualname)
    scope.names[node.name.value] = decorated(run, node, value, scope, flow)
    return True


def decorated(run: Interpreter, node: cst.FunctionDef, value: Value, scope: Scope, flow: Flow) -> Value:
    """The function after its decorators: the program's are called, external ones are taken to leave it as it is."""
    for decorator in reversed(node.decorators):
        wrapper = run.evaluate(decorator.decorator, scope, flow)
        if isinstance(wrapper, Function):
            wrapped = run.call(run.at(scope, decorator.decorator, "a decorator"), wrapper, [value], {})
            value = wrapped if isinstance(wrapped, Function) else value
    return value


def _class(run: Interpreter, node: cst.ClassDef, scope: Scope, flow: Flow) -> bool:
    qualname = f"{scope.qualname}.<locals>.{node.name.value}" if scope.qualname else node.name.value
    found = scope.module.classes.get(qualname)
    scope.names[node.name.value] = (
        class_value(scope.module, found, qualname, scope) if found is not None else Unknown(qualname)
    )
    return True


def _for(run: Interpreter, node: cst.For, scope: Scope, flow: Flow) -> bool:
    from .loops import run_for

    return run_for(run, node, scope, flow)


def _while(run: Interpreter, node: cst.While, scope: Scope, flow: Flow) -> bool:
    from .loops import run_while

    return run_while(run, node, scope, flow)


Statement = Callable[["Interpreter", Any, Scope, Flow], bool]
STATEMENTS: Mapping[type[cst.CSTNode], Statement] = {
    cst.Assign: _assign,
    cst.AnnAssign: _annotated,
    cst.AugAssign: _augmented,
    cst.Expr: _expression,
    cst.Return: _return,
    cst.Raise: _raise,
    cst.Break: _leave_loop,
    cst.Continue: _leave_loop,
    cst.Assert: _assert,
    cst.Import: _import,
    cst.ImportFrom: _import,
    cst.Del: _delete,
    cst.If: _if,
    cst.For: _for,
    cst.While: _while,
    cst.With: _with,
    cst.Try: _try,
    cst.TryStar: _try,
    cst.Match: _match,
    cst.FunctionDef: _function,
    cst.ClassDef: _class,
}
