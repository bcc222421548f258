"""The rules there are. A rule is a module ``llNNN.py`` beside this one that exports ``RULE``; nothing lists it by hand.

Codes are read from the file names, so that a run which finds nothing imports no rule.
"""

from __future__ import annotations

import importlib
import re
from functools import cache
from typing import TYPE_CHECKING

from losslint.suggest import did_you_mean

if TYPE_CHECKING:
    from losslint.rules._rule import Rule

OFF_BY_DEFAULT = frozenset({"LL205", "LL301"})
"""What the rules say of themselves, told without importing them: they bring the analysis along. A test compares."""

_MODULE = re.compile(r"ll\d{3}")


class UnknownRule(LookupError):
    """No rule has this code; the message names the closest one."""


@cache
def codes() -> tuple[str, ...]:
    """Every code, in order; imports no rule."""
    import pkgutil

    import losslint.rules as package

    names = (module.name for module in pkgutil.iter_modules(package.__path__))
    return tuple(sorted(name.upper() for name in names if _MODULE.fullmatch(name)))


@cache
def load(code: str) -> Rule:
    """The rule of a code (``LL101``; case does not matter). Raises UnknownRule."""
    wanted = code.upper()
    if wanted not in codes():
        raise UnknownRule(f"unknown rule code {code!r}{meant(code)}")
    from losslint.rules._rule import Rule

    rule = importlib.import_module(f"losslint.rules.{wanted.lower()}").RULE
    assert isinstance(rule, Rule)
    return rule


def meant(word: str) -> str:
    """``"; did you mean 'LL101'?"`` for what is no code: the rule of that name, or the closest code."""
    # Rules bring the analysis along, and a code with a slip in it is no name.
    for rule in () if any(char.isdigit() for char in word) else all_rules():
        if rule.name == word.strip().lower():
            return f"; did you mean {rule.code!r}, which is {rule.name}?"
    return did_you_mean(word.strip().upper(), codes())


def all_rules() -> tuple[Rule, ...]:
    """Every rule, in the order of the codes."""
    return tuple(load(code) for code in codes())
