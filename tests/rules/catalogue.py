"""The rules and their examples, as the tests of this folder go through them."""

from __future__ import annotations

import importlib
import pkgutil

import losslint.rules
from losslint.rules._rule import Example, Rule

RULES: tuple[Rule, ...] = tuple(
    importlib.import_module(f"losslint.rules.{module.name}").RULE
    for module in pkgutil.iter_modules(losslint.rules.__path__)
    if module.name.startswith("ll")
)


def named(group: str) -> dict[str, tuple[Rule, Example]]:
    """The ``bad`` or ``good`` examples of all rules by a test id: ``LL101-2-distance_loss``."""
    return {
        f"{rule.code}-{number}-{example.loss or 'none'}": (rule, example)
        for rule in RULES
        for number, example in enumerate(getattr(rule, group))
    }


def measurable() -> dict[str, Example]:
    """The examples that TensorFlow can run as one loss, by a test id."""
    return {
        f"{group}-{name}": example
        for group in ("bad", "good")
        for name, (_, example) in named(group).items()
        if example.loss
    }
