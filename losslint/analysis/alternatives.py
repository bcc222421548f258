"""Alternatives: what a value is where a test nobody can answer decides, and computing on each of them."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import fields, replace
from operator import attrgetter
from typing import Any

from .axes import Contradiction
from .degree import UNKNOWN, ZERO
from .values import Dict, Either, Instance, Seq, Spread, Tensor, Unknown, Value

RANK_TEST = "the operand of "
"""How the test of an alternative begins that hangs on a rank nobody states, not on an option somebody sets."""
MAX_OPTIONS = 8


def either(options: Iterable[tuple[frozenset[tuple[str, bool]], Value]]) -> Value:
    """The options as one value: flattened, contradictions dropped, equal ones merged."""
    flat: list[tuple[frozenset[tuple[str, bool]], Value]] = []
    for conditions, value in options:
        inner = value.options if type(value) is Either else ((conditions, value),)
        for more, leaf in inner:
            joined = conditions | more
            if not contradicts(joined):
                flat.append((joined, leaf))
    if len(flat) == 1:
        return flat[0][1]
    distinct: dict[Any, tuple[frozenset[tuple[str, bool]], Value]] = {}
    for conditions, leaf in flat:
        key = look(leaf)
        if key in distinct:
            conditions = distinct[key][0] & conditions
        distinct[key] = (conditions, leaf)
    kept = list(distinct.values())
    if not kept:
        return Unknown("unreachable")
    if len(kept) == 1:
        return kept[0][1]
    if len(kept) > MAX_OPTIONS:
        return Unknown("too many alternatives")
    return Either(tuple(kept))


def contradicts(conditions: frozenset[tuple[str, bool]]) -> bool:
    """Whether a test would have to be both true and false."""
    return len(conditions) > 1 and any((test, not outcome) in conditions for test, outcome in conditions)


_LOOKS = attrgetter(
    *(
        each.name
        for each in fields(Tensor)
        if each.name not in ("trail", "reduced", "reasons", "flaws", "compared", "parts")
    )
)


def look(value: Value) -> Any:
    """What distinguishes a value from another for the analysis: everything but its history."""
    if type(value) is Tensor:
        flaws = tuple((flaw.kind, flaw.step) for flaw in value.flaws)
        return _LOOKS(value), flaws
    if type(value) is Instance:
        return id(value)
    if type(value) is Seq:
        return Seq, tuple(map(look, value.items))
    if type(value) is Dict:
        return Dict, tuple((key, look(item)) for key, item in value.items.items())
    return value


def lift(compute: Callable[..., Value], *values: Value) -> Value:
    """``compute`` on every consistent choice among alternatives in ``values``."""
    if Either not in map(type, values):
        try:
            return compute(*values)
        except Contradiction as error:
            return Unknown(str(error))
    choices: list[tuple[frozenset[tuple[str, bool]], tuple[Value, ...]]] = [(frozenset(), ())]
    for value in values:
        options = value.options if isinstance(value, Either) else ((frozenset[tuple[str, bool]](), value),)
        choices = [
            (joined, (*chosen, option))
            for conditions, chosen in choices
            for more, option in options
            if not contradicts(joined := conditions | more)
        ]
        if len(choices) > MAX_OPTIONS**2:
            return Unknown("too many alternatives")
    results: list[tuple[frozenset[tuple[str, bool]], Value]] = []
    for conditions, chosen in choices:
        try:
            results.append((conditions, compute(*chosen)))
        except Contradiction:  # this alternative cannot be the one that runs
            continue
    return either(results) if results else Unknown("shapes that do not fit")


def decided_by_data(test: Value) -> bool:
    """Whether a test asks the samples, all of them together."""
    return isinstance(test, Tensor) and test.data


def chosen_by(test: Value, value: Value) -> Value:
    """A value that one branch or another made, if ``test`` decides by what the samples together say."""
    if not isinstance(test, Tensor) or not test.data:
        return value
    if isinstance(value, Either):
        return either((conditions, chosen_by(test, option)) for conditions, option in value.options)
    if not isinstance(value, Tensor) or not value.data:
        return value
    chosen = replace(value, spread=max(value.spread, Spread.COUPLED))
    if test.degree == ZERO:
        return chosen
    return replace(chosen, degree=UNKNOWN, slope=UNKNOWN)  # another branch may run as the batch grows
