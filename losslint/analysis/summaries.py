"""What calls gave, remembered within one run: a framework's own helpers are called hundreds of times with the same.

Only calls that take no data along are remembered, whose functions see nothing but what no longer changes, and which
touched no object and handed no loss over while they ran. To run such a call again would give the same value and leave
everything as it is. Its steps are charged again, so that what fits into a budget does not depend on what is known.
"""

from __future__ import annotations

from collections.abc import Hashable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import field

from losslint.frozen import dataclass

from .scope import Scope
from .values import (
    Class,
    Const,
    Function,
    Instance,
    Range,
    Slice,
    Super,
    Tensor,
    Unknown,
    Value,
    parts,
)

MANY = 32
"""A value of more parts is not looked through."""


@dataclass(frozen=True, slots=True)
class Summary:
    """What a call gave, and how many steps it took."""

    value: Value
    steps: int


@dataclass(eq=False, slots=True)
class Summaries:
    """The calls of one run. ``effects`` counts what a repeated call would have to do again."""

    effects: int = 0
    _known: dict[Hashable, Summary] = field(default_factory=dict)
    _running: set[int] = field(default_factory=set)
    _defining: int = 0

    def touched(self) -> None:
        """Note that an object was read or changed, a loss handed over, or a guard against recursion has bitten."""
        self.effects += 1

    def begun(self, scope: Scope) -> None:
        """The body of a function runs now: until it ends, its names may change."""
        self._running.add(id(scope))

    def ended(self, scope: Scope) -> None:
        """The body has come to its end, or was left."""
        self._running.discard(id(scope))

    @property
    def is_defining(self) -> bool:
        """Whether some module-level name stands for nothing yet."""
        return self._defining > 0

    @contextmanager
    def defining(self) -> Iterator[None]:
        """The definition of a module-level name: until it ends, the name stands for nothing."""
        self._defining += 1
        try:
            yield
        finally:
            self._defining -= 1

    def key(self, function: Function, args: Sequence[Value], kwargs: Mapping[str, Value]) -> Hashable | None:
        """What tells a call from others; None if it may not be remembered."""
        if self._defining or not all(map(self._settled, (function, *args, *kwargs.values()))):
            return None
        return function, tuple(args), tuple(kwargs.items())

    def known(self, key: Hashable) -> Summary | None:
        """What is remembered of a call."""
        return self._known.get(key)

    def keep(self, key: Hashable, value: Value, steps: int) -> None:
        """Remember a call that had no effects."""
        if self._settled(value):
            self._known[key] = Summary(value, steps)

    def _settled(self, value: Value) -> bool:
        """Whether a value holds no data, and nothing that can still change."""
        kind = type(value)
        if kind is Const or kind is Unknown:
            return True
        if isinstance(value, Tensor):
            return not value.data
        if isinstance(value, (Instance, Super, Slice, Range)):
            return False
        if isinstance(value, Function):
            return self._has_ended(value.closure.scope) and (
                value.bound is None or self._settled(value.bound)
            )
        if isinstance(value, Class):
            return self._has_ended(value.ref.scope)
        inner = parts(value)
        return len(inner) <= MANY and all(map(self._settled, inner))

    def _has_ended(self, scope: Scope | None) -> bool:
        """Whether the functions around have all come to their end, so that what their names stand for stays."""
        while scope is not None:
            if id(scope) in self._running:
                return False
            scope = scope.outer
        return True
