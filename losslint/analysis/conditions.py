"""Tests: whether a value is true, the ways a test can come out, and what the branches behind it made."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from .alternatives import chosen_by, either
from .spelling import spelled
from .values import Const, Either, Seq, Value

if TYPE_CHECKING:
    import libcst as cst

    from .interpreter import Interpreter


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
