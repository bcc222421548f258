"""How much work one loss is worth, counted in steps: every expression, statement and call is one."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

MAX_STEPS = 20_000
"""Far more than a loss needs: of 6,700 in published packages that can be followed to their end, three take two thirds,
ten a third, most 300."""
HURRIED_STEPS = 2_000
"""Code that holds no loss itself, but may say what becomes of one."""
OUTER_STEPS = 3_000
"""The functions around a loss, which are run for the names that it sees."""
SETTING_STEPS = 500
"""A call into another module that is given no data: it makes settings, objects or weights. A framework's own sources
spend nearly all of their time there, on serialisation and bookkeeping that no loss depends on."""


class OutOfBudget(Exception):
    """The loss is too large to follow."""


class Overdrawn(OutOfBudget):
    """A part took more than it is worth, but the whole has not run out."""


@dataclass(eq=False, slots=True)
class Budget:
    """The steps of one run: ``spent`` so far, ``whole``, and the ``limit`` at which the part that runs now ends."""

    spent: int = 0
    whole: int = MAX_STEPS
    limit: int = MAX_STEPS

    def tick(self) -> None:
        """Count one step. Raises OutOfBudget."""
        self.spent += 1
        if self.spent > self.limit:
            raise Overdrawn if self.limit < self.whole else OutOfBudget

    def charge(self, steps: int) -> None:
        """Count steps of work that need not be done again. Raises OutOfBudget."""
        self.spent += steps - 1
        self.tick()

    @property
    def left(self) -> int:
        """How many steps the part that runs now may still take."""
        return self.limit - self.spent

    def hurry(self) -> None:
        """Leave HURRIED_STEPS for all that follows."""
        self.whole = self.limit = min(self.whole, self.spent + HURRIED_STEPS)

    @contextmanager
    def part(self, worth: int) -> Iterator[None]:
        """Work that is worth so many steps, however deep it goes. Raises Overdrawn."""
        before = self.limit
        self.limit = min(before, self.spent + worth)
        try:
            yield
        finally:
            self.limit = before
