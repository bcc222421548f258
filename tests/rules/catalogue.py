"""The rules and their examples, as the tests of this folder go through them."""

from __future__ import annotations

from losslint.rules._registry import all_rules
from losslint.rules._rule import Example, Rule

RULES = all_rules()
PROGRAMS = {"LL106", "LL109", "LL302", "LL303"}
"""Rules whose examples are whole programs (a compiled model, a training step), not one loss."""


def named(group: str) -> dict[str, tuple[Rule, Example]]:
    """The ``bad`` or ``good`` examples of all rules by a test id: ``LL101-2-distance_loss``."""
    return {
        f"{rule.code}-{number}-{example.loss or 'none'}": (rule, example)
        for rule in RULES
        for number, example in enumerate(getattr(rule, group))
    }


def losses() -> dict[str, tuple[Rule, Example]]:
    """The examples that TensorFlow can run as one loss, by a test id."""
    return {name: (rule, example) for name, (rule, example) in _all().items() if rule.code not in PROGRAMS}


def programs() -> dict[str, tuple[Rule, Example]]:
    """The examples whose effect is a training step, by a test id."""
    return {name: (rule, example) for name, (rule, example) in _all().items() if rule.code in PROGRAMS}


def _all() -> dict[str, tuple[Rule, Example]]:
    return {
        f"{group}-{name}": entry
        for group in ("bad", "good")
        for name, entry in named(group).items()
        if entry[1].loss
    }
