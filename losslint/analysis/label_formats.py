"""Labels that come in one of two formats, and the test that finds out which.

``cond(all(y is 0 or 1), 2 * y - 1, y)`` asks the whole batch, and yet no micro-batch answers another question: labels
of one format all get the same branch. Only one accident is left: labels -1 and 1, of which a micro-batch may hold
nothing but 1. So the conversion must leave alone what both formats have in common, and that is what is proved here:
for every label v that the test admits and that is also a converted label, convert(v) = v. A test of anything but the
labels alone, or a conversion that is not a·y + b, proves nothing.

What is known belongs to one value object, as in ``forms``.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import field
from typing import TypeAlias

from losslint.frozen import dataclass

from .forms import MOVES
from .optable import Operation
from .values import Const, Tensor, Value
from .vocabulary import TARGETS


@dataclass(frozen=True, slots=True)
class Label:
    """``scale · y + shift`` of the labels ``name``."""

    name: str
    scale: float = 1.0
    shift: float = 0.0

    def of(self, label: float) -> float:
        return self.scale * label + self.shift


@dataclass(frozen=True, slots=True)
class OneOf:
    """A mask: whether a label is one of these numbers. ``whole``: whether all of them are."""

    name: str
    numbers: frozenset[float]
    whole: bool = False


Known: TypeAlias = Label | OneOf


@dataclass(eq=False)
class LabelFormats:
    """What is known of the values of one run. Values are kept, so that an identity is never used twice."""

    _known: dict[int, tuple[Value, Known]] = field(default_factory=dict)

    def of(self, value: Value, parameters: Mapping[int, str]) -> Known | None:
        """What is known of a value; ``parameters`` are the names of those nobody gave."""
        known = self._known.get(id(value))
        if known is not None:
            return known[1]
        name = parameters.get(id(value), "")
        return Label(name) if name.lower() in TARGETS or name.startswith("y_true") else None

    def follow(
        self, parameters: Mapping[int, str], operation: Operation, roles: Mapping[str, Value], result: Value
    ) -> None:
        """Take down what a tabled operation makes of labels."""
        kind, how = operation.kind, operation.how
        source = roles.get("x", Const(None))
        known = self.of(source, parameters)
        if kind == "zip" and "y" in roles:
            self.combine(parameters, operation.get("means", how), source, roles["y"], result)
        elif known is None or source is result:
            return
        elif (kind == "map" and how == "linear" and operation.get("factor", 1) == 1) or how in MOVES:
            self._note(result, known)
        elif kind == "reduce" and how == "all" and isinstance(known, OneOf) and _everything(roles):
            self._note(result, OneOf(known.name, known.numbers, whole=True))

    def combine(
        self, parameters: Mapping[int, str], how: str, left: Value, right: Value, result: Value
    ) -> None:
        """Take down what an operation of two operands makes of labels: ``how`` in ``zip``'s words, or equal, or."""
        one, two = self.of(left, parameters), self.of(right, parameters)
        if isinstance(one, OneOf) and isinstance(two, OneOf):
            if how == "or" and one.name == two.name and not (one.whole or two.whole):
                self._note(result, OneOf(one.name, one.numbers | two.numbers))
            return
        label, other, flipped = (one, right, False) if isinstance(one, Label) else (two, left, True)
        number = _number(other)
        if not isinstance(label, Label) or number is None:
            return
        if how == "equal" and (label.scale, label.shift) == (1.0, 0.0):
            self._note(result, OneOf(label.name, frozenset({number})))
        elif how == "add" or (how == "subtract" and not flipped):
            more = number if how == "add" else -number
            self._note(result, Label(label.name, label.scale, label.shift + more))
        elif how == "subtract":
            self._note(result, Label(label.name, -label.scale, number - label.shift))
        elif how == "multiply" or (how == "divide" and not flipped and number):
            factor = number if how == "multiply" else 1 / number
            self._note(result, Label(label.name, label.scale * factor, label.shift * factor))

    def decides(self, parameters: Mapping[int, str], test: Value, branches: Sequence[Value]) -> bool:
        """Whether ``test`` only asks for the format of labels that the first of two ``branches`` converts."""
        asked = self.of(test, parameters)
        if not isinstance(asked, OneOf) or not asked.whole or len(branches) != 2:
            return False
        made = [self.of(branch, parameters) for branch in branches]
        converted, kept = made
        if not isinstance(converted, Label) or kept != Label(asked.name) or converted.name != asked.name:
            return False
        results = {converted.of(number) for number in asked.numbers}
        return all(converted.of(number) == number for number in asked.numbers & results)

    def _note(self, value: Value, known: Known) -> None:
        if isinstance(value, Tensor):
            self._known[id(value)] = (value, known)


def _everything(roles: Mapping[str, Value]) -> bool:
    return roles.get("axis", Const(None)) == Const(None)


def _number(value: Value) -> float | None:
    if isinstance(value, Const) and isinstance(value.value, (int, float)):
        return float(value.value)
    return value.number if isinstance(value, Tensor) and not value.data else None
