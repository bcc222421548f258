"""Expressions: one small function per kind of syntax node, found by the node's type."""

from __future__ import annotations

import ast
from collections.abc import Callable, Mapping, Sequence
from functools import lru_cache
from typing import TYPE_CHECKING, Any

import libcst as cst

from . import access, loops, names, static, uses
from .alternatives import lift
from .conditions import chosen, outcomes, truth_of
from .operators import arithmetic, compare, unary
from .scope import Scope
from .shapes import dimensions
from .spelling import spelled
from .values import Const, Dict, Either, External, Many, Seq, ShapeOf, Slice, Tensor, Unknown, Value

if TYPE_CHECKING:
    from .interpreter import Interpreter
    from .statements import Flow

Evaluator = Callable[["Interpreter", Any, Scope, "Flow"], Value]


def _name(run: Interpreter, node: cst.Name, scope: Scope, flow: Flow) -> Value:
    return flow.narrowed(names.lookup(run, scope, node.value))


def _literal(run: Interpreter, node: Any, scope: Scope, flow: Flow) -> Value:
    return _constant_of(node.value)


@lru_cache(maxsize=10_000)
def _constant_of(text: str) -> Value:
    try:
        return Const(ast.literal_eval(text))
    except (ValueError, SyntaxError, MemoryError):
        return Unknown("a literal")


def _text(run: Interpreter, node: Any, scope: Scope, flow: Flow) -> Value:
    if isinstance(node, cst.ConcatenatedString):
        parts = [run.evaluate(part, scope, flow) for part in (node.left, node.right)]
        if all(isinstance(part, Const) and isinstance(part.value, str) for part in parts):
            return Const("".join(part.value for part in parts if isinstance(part, Const)))
    return Unknown("a formatted string")


def _attribute(run: Interpreter, node: cst.Attribute, scope: Scope, flow: Flow) -> Value:
    owner = run.evaluate(node.value, scope, flow)
    return flow.narrowed(lift(lambda value: access.attribute(run, value, node.attr.value), owner))


def _elements(run: Interpreter, nodes: Sequence[cst.BaseElement], scope: Scope, flow: Flow) -> Value:
    items: list[Value] = []
    for element in nodes:
        value = run.evaluate(element.value, scope, flow)
        if isinstance(element, cst.StarredElement):
            if isinstance(value, ShapeOf):
                value = dimensions(value)
            if not isinstance(value, Seq):
                return (
                    value
                    if isinstance(value, (Many, ShapeOf)) and len(nodes) == 1
                    else Unknown("a starred expression")
                )
            items.extend(value.items)
        else:
            items.append(value)
    if any(isinstance(item, Either) for item in items):
        return lift(lambda *chosen: Seq(tuple(chosen)), *items)
    return Seq(tuple(items))


def _sequence(run: Interpreter, node: Any, scope: Scope, flow: Flow) -> Value:
    return _elements(run, node.elements, scope, flow)


def _dict(run: Interpreter, node: cst.Dict, scope: Scope, flow: Flow) -> Value:
    items: dict[Any, Value] = {}
    rest: Value | None = None
    for element in node.elements:
        value = run.evaluate(element.value, scope, flow)
        if isinstance(element, cst.StarredDictElement):
            if isinstance(value, Dict):
                items.update(value.items)
            else:
                rest = Unknown("a starred mapping")
            continue
        key = (
            run.evaluate(element.key, scope, flow) if isinstance(element, cst.DictElement) else Unknown("key")
        )
        if isinstance(key, Const):
            items[key.value] = value
        else:
            rest = value
    return Dict(items, rest)


def _binary(run: Interpreter, node: cst.BinaryOperation, scope: Scope, flow: Flow) -> Value:
    left = run.evaluate(node.left, scope, flow)
    right = run.evaluate(node.right, scope, flow)
    return arithmetic(run, node.operator, left, right, node, scope)


def _unary(run: Interpreter, node: cst.UnaryOperation, scope: Scope, flow: Flow) -> Value:
    operand = run.evaluate(node.expression, scope, flow)
    return unary(run, node.operator, operand, node, scope)


def _boolean(run: Interpreter, node: cst.BooleanOperation, scope: Scope, flow: Flow) -> Value:
    left = run.evaluate(node.left, scope, flow)
    stops = isinstance(node.operator, cst.Or)

    def one(value: Value) -> Value:
        truth = truth_of(value)
        if (
            isinstance(value, Tensor) and value.static and stops
        ):  # `x.shape[0] or tf.shape(x)[0]`, as when traced
            truth = False
        if truth is stops:
            return value
        right = run.evaluate(node.right, scope, flow)
        if truth is not None:
            return right
        if truth_of(right) is stops and not isinstance(
            right, Either
        ):  # decides it, whatever the left side is
            return right
        return value if isinstance(value, Tensor) else Unknown("a condition")

    return lift(one, left)


def _comparison(run: Interpreter, node: cst.Comparison, scope: Scope, flow: Flow) -> Value:
    left = run.evaluate(node.left, scope, flow)
    result: Value = Const(True)
    for target in node.comparisons:
        right = run.evaluate(target.comparator, scope, flow)
        result = compare(run, target.operator, left, right, node, scope)
        if len(node.comparisons) == 1 or result == Const(False):
            return result
        left = right
    return result


def _conditional(run: Interpreter, node: cst.IfExp, scope: Scope, flow: Flow) -> Value:
    test = run.evaluate(node.test, scope, flow)
    truth = truth_of(test)
    if truth is not None:
        return run.evaluate(node.body if truth else node.orelse, scope, flow)
    options = [
        (conditions, run.evaluate(node.body if outcome else node.orelse, scope, flow.under(conditions)))
        for conditions, outcome in outcomes(test, node.test)
    ]
    return chosen(run, test, options)


def _lambda(run: Interpreter, node: cst.Lambda, scope: Scope, flow: Flow) -> Value:
    return run.make_function(
        node, scope, f"{scope.qualname}.<locals>.<lambda>" if scope.qualname else "<lambda>"
    )


def arguments(
    run: Interpreter, node: cst.Call, scope: Scope, flow: Flow
) -> tuple[list[Value], dict[str, Value]]:
    """Positional and keyword arguments of a call, starred ones unpacked."""
    args: list[Value] = []
    kwargs: dict[str, Value] = {}
    for argument in node.args:
        value = run.evaluate(argument.value, scope, flow)
        if argument.star == "*":
            args.extend(
                value.items
                if isinstance(value, Seq)
                else [Unknown("starred arguments")]
                if not isinstance(value, Many)
                else [value.item]
            )
        elif argument.star == "**":
            if isinstance(value, Dict):
                kwargs.update({str(key): item for key, item in value.items.items()})
        elif argument.keyword is not None:
            kwargs[argument.keyword.value] = value
        else:
            args.append(value)
    return args, kwargs


def _call(run: Interpreter, node: cst.Call, scope: Scope, flow: Flow) -> Value:
    changed = access.mutation(run, node, scope, flow)
    if changed is not None:
        return changed
    callee = run.evaluate(node.func, scope, flow)
    args, kwargs = arguments(run, node, scope, flow)
    at = run.at(scope, node, spelled(node.func))
    if type(callee) is External and callee.name == "builtins.super":
        return access.super_of(scope)
    if uses.is_sink(node, callee):
        run.summaries.touched()
        run.uses.record(run, at, node, scope, args, kwargs)
    return run.call(at, callee, args, kwargs)


def _subscript(run: Interpreter, node: cst.Subscript, scope: Scope, flow: Flow) -> Value:
    owner = run.evaluate(node.value, scope, flow)
    items = [_index(run, element.slice, scope, flow) for element in node.slice]
    at = run.at(scope, node, spelled(node.value))
    return lift(
        lambda value, *chosen: static.read(at, access.subscript(run, at, value, chosen)), owner, *items
    )


def _index(run: Interpreter, node: cst.BaseSlice, scope: Scope, flow: Flow) -> Value:
    if isinstance(node, cst.Index):
        return run.evaluate(node.value, scope, flow)
    assert isinstance(node, cst.Slice)
    parts = [
        run.evaluate(part, scope, flow) if part is not None else None
        for part in (node.lower, node.upper, node.step)
    ]
    return Slice(*parts)


def _named(run: Interpreter, node: cst.NamedExpr, scope: Scope, flow: Flow) -> Value:
    value = run.evaluate(node.value, scope, flow)
    if isinstance(node.target, cst.Name):
        scope.names[node.target.value] = value
    return value


def _yield(run: Interpreter, node: cst.Yield, scope: Scope, flow: Flow) -> Value:
    if isinstance(node.value, cst.From):
        value = run.evaluate(node.value.item, scope, flow)
        flow.yields.extend(value.items if isinstance(value, Seq) else [value])
    elif node.value is not None:
        flow.yields.append(run.evaluate(node.value, scope, flow))
    return Const(None)


def _await(run: Interpreter, node: cst.Await, scope: Scope, flow: Flow) -> Value:
    return run.evaluate(node.expression, scope, flow)


EVALUATORS: Mapping[type[cst.CSTNode], Evaluator] = {
    cst.Name: _name,
    cst.Integer: _literal,
    cst.Float: _literal,
    cst.Imaginary: _literal,
    cst.SimpleString: _literal,
    cst.ConcatenatedString: _text,
    cst.FormattedString: _text,
    cst.Ellipsis: lambda run, node, scope, flow: Const(...),
    cst.Attribute: _attribute,
    cst.Tuple: _sequence,
    cst.List: _sequence,
    cst.Set: _sequence,
    cst.Dict: _dict,
    cst.BinaryOperation: _binary,
    cst.UnaryOperation: _unary,
    cst.BooleanOperation: _boolean,
    cst.Comparison: _comparison,
    cst.IfExp: _conditional,
    cst.Lambda: _lambda,
    cst.Call: _call,
    cst.Subscript: _subscript,
    cst.NamedExpr: _named,
    cst.Yield: _yield,
    cst.Await: _await,
    cst.ListComp: loops.comprehension,
    cst.GeneratorExp: loops.comprehension,
    cst.SetComp: loops.comprehension,
    cst.DictComp: loops.dict_comprehension,
}
