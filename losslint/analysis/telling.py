"""Who is to be named: for a history that leads into another module, and for a value that nobody gave a reason.

A finding belongs to the file that was asked about: what a helper of another module did to a value is told at the call.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from .degree import UNKNOWN
from .joining import At
from .scope import Site
from .spelling import spelled
from .values import Dict, Either, Flaw, Kind, Many, Reason, Seq, Spread, Step, Tensor, Unknown, Value

OWN_MATTER = {Kind.LOG_SUM_EXP, Kind.HALF, Kind.STATIC, Kind.EMPTY}
"""How the helper itself computes: to be told and mended where it stands."""


def blamed(at: At, value: Value) -> Value:
    """``value`` with the operation ``at`` for a reason, where something of it is unknown and nothing says why.

    What an operand brought along has a reason already, so it is the first operation that could not tell. Reasons that
    have no place yet came up here.
    """
    if type(value) is Unknown and value.site is None:
        return replace(value, site=at.site)
    if type(value) is not Tensor:
        return value
    if value.reasons:
        if not any(type(reason) is str for reason in value.reasons):
            return value
        return replace(value, reasons=tuple(_placed(at.site, reason) for reason in value.reasons))
    if value.data and value.degree is UNKNOWN:
        return replace(value, reasons=(at.step(f"the degree of {_called(at)}"),))
    if value.data and value.spread is Spread.UNKNOWN:
        return replace(value, reasons=(at.step(f"whether {_called(at)} couples samples"),))
    return value


def _placed(site: Site, reason: Reason) -> Reason:
    return Step(site, reason) if isinstance(reason, str) else reason


def _called(at: At) -> str:
    """An operation by its name, an operator with its operands."""
    return at.name if at.name.isidentifier() or "." in at.name else f"`{spelled(at.site.node)}`"


def told_at(site: Site, value: Value, lines: Sequence[str]) -> Value:
    """``value`` with every step outside the file of ``lines`` moved to ``site``."""
    if isinstance(value, Tensor):
        return _tensor(site, value, lines)
    if isinstance(value, Unknown) and value.site is not None and value.site.slice.lines is not lines:
        return replace(value, site=site)
    if isinstance(value, Seq):
        return replace(value, items=tuple(told_at(site, item, lines) for item in value.items))
    if isinstance(value, Many):
        return replace(value, item=told_at(site, value.item, lines))
    if isinstance(value, Dict):
        return replace(value, items={key: told_at(site, item, lines) for key, item in value.items.items()})
    if isinstance(value, Either):
        return Either(tuple((tests, told_at(site, option, lines)) for tests, option in value.options))
    return value


def _tensor(site: Site, value: Tensor, lines: Sequence[str]) -> Tensor:
    def step(one: Step) -> Step:
        return one if one.site.slice.lines is lines else Step(site, one.message)

    def steps(many: tuple[Step, ...]) -> tuple[Step, ...]:
        return tuple(dict.fromkeys(map(step, many)))

    def flaw(one: Flaw) -> Flaw:
        if one.kind in OWN_MATTER:
            return one
        return replace(one, step=step(one.step), sources=steps(one.sources))

    placed = [reason for reason in value.reasons if isinstance(reason, Step)]
    history = (*value.trail, *value.raised, *value.reduced, *placed, *(one.step for one in value.flaws))
    if all(one.site.slice.lines is lines for one in history):
        return value
    return replace(
        value,
        trail=steps(value.trail),
        raised=steps(value.raised),
        reduced=steps(value.reduced),
        reasons=tuple(dict.fromkeys(r if isinstance(r, str) else step(r) for r in value.reasons)),
        compared=None if value.compared is None else step(value.compared),
        flaws=tuple(dict.fromkeys(map(flaw, value.flaws))),
    )
