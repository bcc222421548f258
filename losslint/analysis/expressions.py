"""Expressions: one small function per kind of syntax node, found by the node's type."""

from __future__ import annotations

import ast
import operator
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from functools import lru_cache, partial
from typing import TYPE_CHECKING, Any

import libcst as cst

from . import access, forms, loops, names, static, uses
from .alternatives import chosen_by, either, lift
from .degree import UNKNOWN
from .operations import zip_two
from .operations_contract import by_rank, matmul
from .scope import Scope
from .values import (
    Const,
    Dict,
    Either,
    External,
    Many,
    Range,
    Rank,
    Seq,
    ShapeOf,
    Slice,
    Tensor,
    Unknown,
    Value,
    tensor,
)

if TYPE_CHECKING:
    from .interpreter import Interpreter
    from .statements import Flow

Evaluator = Callable[["Interpreter", Any, Scope, "Flow"], Value]


def _dotted(node: cst.CSTNode) -> str:
    """A plain dotted name, which most calls have; empty for anything else."""
    if type(node) is cst.Name and not node.lpar:
        return node.value
    if type(node) is cst.Attribute and not node.lpar:
        dot, owner = node.dot, _dotted(node.value)
        plain = dot.whitespace_before.empty and dot.whitespace_after.empty
        return f"{owner}.{node.attr.value}" if owner and plain else ""
    return ""


@lru_cache(maxsize=4_096)
def spelled(node: cst.CSTNode) -> str:
    """An expression as source text, on one line and not too long."""
    text = _dotted(node) or " ".join(cst.Module([]).code_for_node(node).split())
    return text if len(text) <= 60 else text[:57] + "…"


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
                from .shapes import dimensions

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


ARITHMETIC: dict[type[cst.CSTNode], tuple[str, str, Callable[[Any, Any], Any]]] = {
    cst.Add: ("add", "+", operator.add),
    cst.AddAssign: ("add", "+", operator.add),
    cst.Subtract: ("subtract", "-", operator.sub),
    cst.SubtractAssign: ("subtract", "-", operator.sub),
    cst.Multiply: ("multiply", "*", operator.mul),
    cst.MultiplyAssign: ("multiply", "*", operator.mul),
    cst.Divide: ("divide", "/", operator.truediv),
    cst.DivideAssign: ("divide", "/", operator.truediv),
    cst.FloorDivide: ("floor_divide", "//", operator.floordiv),
    cst.FloorDivideAssign: ("floor_divide", "//", operator.floordiv),
    cst.Modulo: ("homogeneous", "%", operator.mod),
    cst.ModuloAssign: ("homogeneous", "%", operator.mod),
    cst.Power: ("power", "**", operator.pow),
    cst.PowerAssign: ("power", "**", operator.pow),
    cst.BitAnd: ("logical", "&", operator.and_),
    cst.BitAndAssign: ("logical", "&", operator.and_),
    cst.BitOr: ("logical", "|", operator.or_),
    cst.BitOrAssign: ("logical", "|", operator.or_),
    cst.BitXor: ("logical", "^", operator.xor),
    cst.MatrixMultiply: ("matmul", "@", operator.matmul),
    cst.MatrixMultiplyAssign: ("matmul", "@", operator.matmul),
}


def _binary(run: Interpreter, node: cst.BinaryOperation, scope: Scope, flow: Flow) -> Value:
    left = run.evaluate(node.left, scope, flow)
    right = run.evaluate(node.right, scope, flow)
    return arithmetic(run, node.operator, left, right, node, scope)


def arithmetic(
    run: Interpreter, symbol: cst.CSTNode, left: Value, right: Value, node: cst.CSTNode, scope: Scope
) -> Value:
    """``left <symbol> right``."""
    known = ARITHMETIC.get(type(symbol))
    if known is None:
        return Unknown("an operator")
    how, sign, fold = known
    at = run.at(scope, node, sign)

    def two(a: Value, b: Value) -> Value:
        if isinstance(a, Const) and isinstance(b, Const):
            return _fold(fold, a, b)
        if isinstance(a, Seq) and isinstance(b, Seq) and how == "add":
            return Seq(a.items + b.items)
        if how == "add" and isinstance(a, (Seq, Many, Range)) and isinstance(b, (Seq, Many, Range)):
            return Unknown("a sum of lists")
        if how == "multiply" and isinstance(a, Seq) and isinstance(b, Const) and isinstance(b.value, int):
            return Seq(a.items * min(b.value, 32))
        if (
            how == "multiply"
            and isinstance(a, Seq)
            and isinstance(b, Tensor)
            and not b.data
            and len(a.items) == 1
        ):
            from .axes import Axis

            return Many(a.items[0], Axis(b.degree))
        if isinstance(a, Rank) and isinstance(b, Const) and isinstance(b.value, int) and how in SIGNS:
            return replace(a, beyond=a.beyond + SIGNS[how] * b.value)
        if isinstance(a, Const) and isinstance(a.value, str):
            return Unknown("a formatted string")
        if how == "matmul":
            return by_rank(at, tensor(a), tensor(b), lambda x, y: matmul(at, x, y))
        result = forms.combine(run.forms, run.raw, at, how, a, b, zip_two(at, how, tensor(a), tensor(b)))
        run.labels.combine(run.raw, "or" if sign == "|" else how, a, b, result)
        return result

    return lift(two, left, right)


SIGNS = {"add": 1, "subtract": -1}


def _fold(compute: Callable[[Any, Any], Any], left: Const, right: Const) -> Value:
    try:
        if compute is operator.pow and abs(float(right.value)) > 64:
            return Unknown("a large power")
        if isinstance(left.value, str) and compute is operator.mul:
            return Unknown("a repeated string")
        return Const(compute(left.value, right.value))
    except (ArithmeticError, TypeError, ValueError):
        return Unknown("a constant expression")


def _unary(run: Interpreter, node: cst.UnaryOperation, scope: Scope, flow: Flow) -> Value:
    operand = run.evaluate(node.expression, scope, flow)

    def one(value: Value) -> Value:
        if isinstance(node.operator, cst.Not):
            truth = truth_of(value)
            return Unknown("not") if truth is None else Const(not truth)
        if isinstance(value, Const) and isinstance(value.value, (int, float)):
            return Const(-value.value) if isinstance(node.operator, cst.Minus) else value
        from .functions import negate, step_function

        if isinstance(node.operator, cst.BitInvert):
            return step_function(run.at(scope, node, "~"), tensor(value))
        return negate(tensor(value)) if isinstance(node.operator, cst.Minus) else value

    return lift(one, operand)


def truth_of(value: Value) -> bool | None:
    """Whether a value is true, if that is known."""
    if isinstance(value, Const):
        return bool(value.value)
    if isinstance(value, Seq):
        return bool(value.items)
    if isinstance(value, Either):
        truths = {truth_of(option) for _, option in value.options}
        return truths.pop() if len(truths) == 1 else None
    return None


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


COMPARISONS: dict[type[cst.CSTNode], Callable[[Any, Any], Any]] = {
    cst.Equal: operator.eq,
    cst.NotEqual: operator.ne,
    cst.LessThan: operator.lt,
    cst.LessThanEqual: operator.le,
    cst.GreaterThan: operator.gt,
    cst.GreaterThanEqual: operator.ge,
}


def _comparison(run: Interpreter, node: cst.Comparison, scope: Scope, flow: Flow) -> Value:
    left = run.evaluate(node.left, scope, flow)
    result: Value = Const(True)
    for target in node.comparisons:
        right = run.evaluate(target.comparator, scope, flow)
        result = lift(partial(_compare, run, target.operator, node, scope), left, right)
        if len(node.comparisons) == 1 or result == Const(False):
            return result
        left = right
    return result


def _compare(
    run: Interpreter, symbol: cst.CSTNode, node: cst.CSTNode, scope: Scope, left: Value, right: Value
) -> Value:
    if isinstance(symbol, (cst.Is, cst.IsNot)):
        wanted = isinstance(symbol, cst.Is)
        if isinstance(left, Const) and isinstance(right, Const):
            return Const((left == right) is wanted)
        nothing = Const(None)
        if nothing in (left, right):
            other = right if left == nothing else left
            if isinstance(other, Unknown) or (isinstance(other, Tensor) and other.opaque):
                return Unknown("whether a value is None")
            if isinstance(other, Tensor) and other.static:  # as it is when traced
                return Const(wanted)
            return Const(not wanted)
        return Unknown("an identity test")
    if isinstance(symbol, (cst.In, cst.NotIn)):
        return _contains(left, right, isinstance(symbol, cst.In))
    if isinstance(left, Const) and isinstance(right, Const):
        compute = COMPARISONS.get(type(symbol))
        return _fold(compute, left, right) if compute is not None else Unknown("a comparison")
    for one, other in ((left, right), (right, left)):
        if isinstance(one, Const) and (one.value is None or isinstance(one.value, (str, bool))):
            if (
                isinstance(other, External)
                and isinstance(one.value, str)
                and type(symbol) in (cst.Equal, cst.NotEqual)
            ):
                same = other.name.rpartition(".")[2].lower() == one.value
                return Const(same is isinstance(symbol, cst.Equal))
            return Unknown("a comparison")
    if (
        isinstance(left, Seq)
        and isinstance(right, Seq)
        and all(isinstance(i, Const) for i in (*left.items, *right.items))
    ):
        compute = COMPARISONS.get(type(symbol))
        return (
            Const(
                compute(
                    [i.value for i in left.items if isinstance(i, Const)],
                    [i.value for i in right.items if isinstance(i, Const)],
                )
            )
            if compute in (operator.eq, operator.ne)
            else Unknown("a comparison")
        )
    if isinstance(left, Rank) or isinstance(right, Rank):
        return _compare_ranks(symbol, left, right)
    if isinstance(left, (Tensor, Const)) and isinstance(right, (Tensor, Const)):
        at = run.at(scope, node, "comparison")
        mask = zip_two(at, "compare", tensor(left), tensor(right))
        result = forms.combine(run.forms, run.raw, at, "compare", left, right, mask)
        run.labels.combine(run.raw, "equal" if isinstance(symbol, cst.Equal) else "", left, right, result)
        return result
    return Unknown("a comparison")


def _compare_ranks(symbol: cst.CSTNode, left: Value, right: Value) -> Value:
    """A comparison with a rank of which only the least is known."""
    compute = COMPARISONS.get(type(symbol))
    unknown = Unknown("a rank")
    if compute is None:
        return unknown
    if isinstance(left, Rank) and isinstance(right, Rank):
        if UNKNOWN in (left.axes.middle, right.axes.middle) or left.axes.loose or right.axes.loose:
            return unknown
        return Const(compute(left.axes.least_rank + left.beyond, right.axes.least_rank + right.beyond))
    rank, number, flipped = (left, right, False) if isinstance(left, Rank) else (right, left, True)
    if not isinstance(rank, Rank) or not isinstance(number, Const) or not isinstance(number.value, int):
        return unknown
    least = rank.axes.least_rank
    known = number.value - rank.beyond
    possible = range(least, max(least, known) + 3)
    outcomes = {compute(known, r) if flipped else compute(r, known) for r in possible}
    return Const(outcomes.pop()) if len(outcomes) == 1 else unknown


def _contains(left: Value, right: Value, wanted: bool) -> Value:
    if isinstance(left, Const):
        if isinstance(right, Seq) and all(isinstance(item, Const) for item in right.items):
            return Const((left in right.items) is wanted)
        if isinstance(right, Dict) and right.rest is None:
            return Const((left.value in right.items) is wanted)
        if isinstance(right, Const) and isinstance(right.value, str) and isinstance(left.value, str):
            return Const((left.value in right.value) is wanted)
    return Unknown("a membership test")


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


def chosen(
    run: Interpreter, test: Value, options: Sequence[tuple[frozenset[tuple[str, bool]], Value]]
) -> Value:
    """What one of several branches made, of which ``test`` decides."""
    if run.labels.decides(run.raw, test, [value for _, value in options]):
        return either(options)
    return chosen_by(test, either(options))


def outcomes(test: Value, node: cst.BaseExpression) -> list[tuple[frozenset[tuple[str, bool]], bool]]:
    """The ways a test can come out, each with the conditions that lead to it."""
    if isinstance(test, Either):
        found: list[tuple[frozenset[tuple[str, bool]], bool]] = []
        for conditions, option in test.options:
            truth = truth_of(option)
            if truth is not None:
                found.append((conditions, truth))
            else:
                found += [(conditions | more, outcome) for more, outcome in outcomes(option, node)]
        return found
    text = spelled(node)
    return [(frozenset({(text, True)}), True), (frozenset({(text, False)}), False)]


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
