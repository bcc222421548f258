"""Operators: arithmetic, signs and comparisons, of constants, lists and ranks as of tensors."""

from __future__ import annotations

import operator
from collections.abc import Callable
from dataclasses import replace
from functools import partial
from typing import TYPE_CHECKING, Any

import libcst as cst

from . import forms, lineage
from .alternatives import lift
from .axes import Axis
from .conditions import truth_of
from .degree import UNKNOWN
from .functions import negate, step_function
from .operations import zip_two
from .operations_contract import by_rank, matmul
from .telling import blamed
from .values import Const, Dict, External, Many, Range, Rank, Seq, Tensor, Unknown, Value, tensor

if TYPE_CHECKING:
    from .interpreter import Interpreter
    from .scope import Scope

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
SIGNS = {"add": 1, "subtract": -1}
COMPARISONS: dict[type[cst.CSTNode], Callable[[Any, Any], Any]] = {
    cst.Equal: operator.eq,
    cst.NotEqual: operator.ne,
    cst.LessThan: operator.lt,
    cst.LessThanEqual: operator.le,
    cst.GreaterThan: operator.gt,
    cst.GreaterThanEqual: operator.ge,
}


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
            return Many(a.items[0], Axis(b.degree))
        if isinstance(a, Rank) and isinstance(b, Const) and isinstance(b.value, int) and how in SIGNS:
            return replace(a, beyond=a.beyond + SIGNS[how] * b.value)
        if isinstance(a, Const) and isinstance(a.value, str):
            return Unknown("a formatted string")
        if how == "matmul":
            return by_rank(at, tensor(a), tensor(b), lambda x, y: matmul(at, x, y))
        result = forms.combine(run.forms, run.raw, at, how, a, b, zip_two(at, how, tensor(a), tensor(b)))
        run.labels.combine(run.raw, "or" if sign == "|" else how, a, b, result)
        return blamed(at, result)

    return lift(two, left, right)


def unary(run: Interpreter, symbol: cst.CSTNode, operand: Value, node: cst.CSTNode, scope: Scope) -> Value:
    """``<symbol> operand``."""

    def one(value: Value) -> Value:
        if isinstance(symbol, cst.Not):
            truth = truth_of(value)
            return Unknown("not") if truth is None else Const(not truth)
        if isinstance(value, Const) and isinstance(value.value, (int, float)):
            return Const(-value.value) if isinstance(symbol, cst.Minus) else value
        if isinstance(symbol, cst.BitInvert):
            return step_function(run.at(scope, node, "~"), tensor(value))
        return negate(tensor(value)) if isinstance(symbol, cst.Minus) else value

    return lift(one, operand)


def compare(
    run: Interpreter, symbol: cst.CSTNode, left: Value, right: Value, node: cst.CSTNode, scope: Scope
) -> Value:
    """``left <symbol> right``, where that is a test."""
    return lift(partial(_compare, run, symbol, node, scope), left, right)


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
        sides = [side.value if isinstance(side, Const) else side.parts for side in (left, right)]
        if all(lineage.exact(side.parts) for side in (left, right) if isinstance(side, Tensor)):
            mask = replace(mask, parts=lineage.keyed(mask.parts, (type(symbol), *sides)))
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


def _fold(compute: Callable[[Any, Any], Any], left: Const, right: Const) -> Value:
    try:
        if compute is operator.pow and abs(float(right.value)) > 64:
            return Unknown("a large power")
        if isinstance(left.value, str) and compute is operator.mul:
            return Unknown("a repeated string")
        return Const(compute(left.value, right.value))
    except (ArithmeticError, TypeError, ValueError):
        return Unknown("a constant expression")
