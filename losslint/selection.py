"""Which rules are in force: layers of ``select``, ``extend-select`` and ``ignore``, the later layer over the
earlier.

A selector is ``ALL``, a code, or the beginning of codes (``LL1``). Within a layer the longer selector wins,
and of two equal ones ``ignore``. A layer that selects starts afresh; one that does not leaves open what it
does not name.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import NamedTuple

from losslint.rules import _registry

ALL = "ALL"


class UnknownCode(ValueError):
    """A selector that fits no rule; the message names the closest code."""


class Choice(NamedTuple):
    """One layer. ``select is None`` keeps what earlier layers chose."""

    select: tuple[str, ...] | None = None
    extend: tuple[str, ...] = ()
    ignore: tuple[str, ...] = ()

    def decides(self, code: str) -> bool | None:
        """Whether this layer turns the rule on or off; None if it leaves that to earlier layers."""
        chosen = _longest(code, (*(self.select or ()), *self.extend))
        refused = _longest(code, self.ignore)
        if chosen is None and refused is None:
            return None if self.select is None else False
        return refused is None or (chosen is not None and chosen > refused)


class Selection(NamedTuple):
    """All layers, the strongest last.

    What none of them decides is as the rule itself says (on or off by default).
    """

    choices: tuple[Choice, ...] = ()

    def selects(self, code: str) -> bool:
        """Whether the rule is on."""
        for choice in reversed(self.choices):
            decision = choice.decides(code)
            if decision is not None:
                return decision
        return code not in _registry.OFF_BY_DEFAULT


def matches(code: str, selectors: Iterable[str]) -> bool:
    """Whether any of the selectors means this code."""
    return _longest(code, selectors) is not None


def checked(selectors: Sequence[str]) -> tuple[str, ...]:
    """The selectors in upper case. Raises UnknownCode for the first that fits no rule."""
    return tuple(_checked(selector) for selector in selectors)


def _checked(selector: str) -> str:
    wanted = selector.strip().upper()
    codes = _registry.codes()
    if wanted == ALL or (wanted and any(code.startswith(wanted) for code in codes)):
        return wanted
    raise UnknownCode(f"unknown rule code {selector!r}{_registry.meant(selector)}")


def _longest(code: str, selectors: Iterable[str]) -> int | None:
    """How specific the most specific selector is that means this code; ``ALL`` is the least specific."""
    fits = [0 if selector == ALL else len(selector) for selector in selectors if _means(selector, code)]
    return max(fits, default=None)


def _means(selector: str, code: str) -> bool:
    return selector == ALL or code.startswith(selector)
