"""How a value was made, where that matters to floating point and its degree does not tell.

``log(sum(exp(x)))`` and a division by a sum of masks are patterns of two or three operations on the very same
value. A form belongs to one value object: whatever makes another value of it, and is not listed here, loses
the form. So an epsilon, a ``maximum`` or a maximum that was subtracted first ends what would be reported.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from enum import Enum, auto
from typing import TYPE_CHECKING

from .joining import At, flawed
from .values import Const, Flaw, Kind, Spread, Tensor, Value, merge
from .vocabulary import TARGETS

if TYPE_CHECKING:
    from .optable import Operation

MASKS = {"mask", "masks", "sample_weight", "sample_weights", "event", "events", "valid", "censored"}
"""Words for parameters that may be zero for every sample of a batch."""
MOVES = {
    *("reshape", "flatten", "batch_flatten", "ensure_shape", "expand_dims", "squeeze"),
    *("transpose", "permute", "swapaxes", "moveaxis"),
}
"""Shape operations that keep every entry."""


class Form(Enum):
    """What a value is, by the operation that made it."""

    EXP = auto()
    """Exponentials of something unbounded."""
    SUM_EXP = auto()
    PEAK = auto()
    """A maximum."""
    SHIFTED = auto()
    """Something less its maximum: its exponential is at most 1, and one of them is 1."""
    MASK = auto()
    """Entries that can all be zero."""
    EMPTY = auto()
    """A sum of such over the batch."""
    TESTED = auto()
    """Such a sum that was compared with something before."""


NOTHING: frozenset[Form] = frozenset()


@dataclass(eq=False)
class Forms:
    """The forms of the values of one run. Values are kept, so that an identity is never used twice."""

    _known: dict[int, tuple[Tensor, frozenset[Form]]] = field(default_factory=dict)
    _pending: dict[int, tuple[Tensor, Flaw]] = field(default_factory=dict)
    """Quotients by a sum that was tested: wrong inside ``where``, right inside ``if``."""

    def of(self, value: Value, parameters: Mapping[int, str]) -> frozenset[Form]:
        """The forms of a value; ``parameters`` are the names of those nobody gave."""
        known = self._known.get(id(value))
        if known is not None:
            return known[1]
        name = parameters.get(id(value), "").lower()
        if name and (
            name in TARGETS or name.startswith("y_true") or not MASKS.isdisjoint({name, *name.split("_")})
        ):
            return frozenset({Form.MASK})
        return NOTHING

    def mark(self, value: Tensor, *forms: Form) -> None:
        """Give a value its forms."""
        if forms:
            self._known[id(value)] = (value, frozenset(forms))

    def postpone(self, value: Tensor, flaw: Flaw) -> None:
        """Keep a flaw of a quotient until it is known where the quotient goes."""
        self._pending[id(value)] = (value, flaw)

    def pending(self, value: Value) -> Flaw | None:
        """The flaw that was kept for a value."""
        known = self._pending.get(id(value))
        return known[1] if known is not None else None


def recognise(
    forms: Forms,
    parameters: Mapping[int, str],
    at: At,
    name: str,
    operation: Operation,
    roles: Mapping[str, Value],
    result: Value,
) -> Value:
    """The result of a tabled operation (canonical ``name``): its forms are noted, and the flaws they make."""
    if not isinstance(result, Tensor) or not result.data:
        return result
    kind, how, last = operation.kind, operation.how, name.rpartition(".")[2]
    source = roles.get("x", Const(None))
    has = forms.of(source, parameters)
    if kind == "map":
        if last == "exp":
            forms.mark(result, *(() if Form.SHIFTED in has else (Form.EXP,)))
        elif how == "log" and not operation.get("shift") and Form.SUM_EXP in has:
            return flawed(at, Kind.LOG_SUM_EXP, result, f"{at.name} of a sum of exponentials")
        elif how == "linear" and last not in ("negative", "neg"):
            forms.mark(result, *has)
    elif kind == "shape" and how in MOVES:
        forms.mark(result, *has)
    elif kind == "shape" and how == "where":
        return _chosen(forms, roles, result)
    elif kind == "reduce":
        forms.mark(result, *_reduced(how, has, result))
    elif kind == "zip" and "y" in roles:
        safe = "no_nan" in last
        return combine(forms, parameters, at, how if not safe else "", source, roles["y"], result)
    return result


def _reduced(how: str, has: frozenset[Form], result: Tensor) -> tuple[Form, ...]:
    if how == "max":
        return (Form.PEAK, *({Form.MASK} & has))
    if how in ("sum", "mean") and Form.EXP in has:
        return (Form.SUM_EXP,)
    if how in ("sum", "mean", "count_nonzero") and (Form.MASK in has or how == "count_nonzero"):
        return (Form.EMPTY,) if result.spread in (Spread.LINEAR, Spread.COUPLED) else (Form.MASK,)
    return ()


def combine(
    forms: Forms, parameters: Mapping[int, str], at: At, how: str, left: Value, right: Value, result: Value
) -> Value:
    """The result of an elementwise operation of two operands, likewise."""
    if not isinstance(result, Tensor) or not result.data:
        return result
    one, two = forms.of(left, parameters), forms.of(right, parameters)
    if how == "subtract" and Form.PEAK in two:
        forms.mark(result, Form.SHIFTED)
    elif how in ("compare", "logical"):
        for value, has in ((left, one), (right, two)):
            if Form.EMPTY in has and isinstance(value, Tensor):
                forms.mark(value, Form.TESTED)
        # Every sample is like itself, so a matrix of pairs is not empty: only masks per sample can be.
        first = result.axes.at(0)
        if result.spread is Spread.SAMPLE and first is not None and first.batch and result.axes.batches == 1:
            forms.mark(result, Form.MASK)
    elif how == "multiply":
        forms.mark(result, *((one | two) & {Form.MASK, Form.EMPTY, Form.TESTED}))
    elif how == "divide":
        if isinstance(right, (Const, Tensor)) and not getattr(right, "data", False):
            forms.mark(result, *(one & {Form.MASK, Form.EMPTY, Form.TESTED}))
        return _quotient(forms, at, two, result)
    return result


def _quotient(forms: Forms, at: At, divisor: frozenset[Form], result: Tensor) -> Tensor:
    if not divisor & {Form.EMPTY, Form.TESTED}:
        return result
    if Form.EMPTY in divisor:
        return flawed(at, Kind.EMPTY, result, MESSAGE)
    forms.postpone(result, Flaw(Kind.EMPTY, at.step(MESSAGE), at.name, result.raised or result.reduced))
    return result


MESSAGE = "divided by a sum over the batch that can be zero"


def _chosen(forms: Forms, roles: Mapping[str, Value], result: Tensor) -> Tensor:
    """``where(n > 0, x / n, 0)`` guards the value and not the gradient."""
    for role in ("x", "y"):
        flaw = forms.pending(roles.get(role, Const(None)))
        if flaw is not None:
            return replace(
                result, flaws=merge(result.flaws, (flaw,)), trail=merge(result.trail, (flaw.step,))
            )
    return result
