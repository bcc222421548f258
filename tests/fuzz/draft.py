"""A loss program while it is being written: its variables, their shapes and ranges, its statements."""

from __future__ import annotations

import random
import re
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from typing import TypeVar

T = TypeVar("T")

Dim = tuple[int, int]
"""A length ``k·N^p`` as (k, p)."""
Shape = tuple[Dim, ...]

N: Dim = (1, 1)
ONE: Dim = (1, 0)

# What is known of the entries; each range says no more than the ones after it.
RANGES = ("unit", "positive", "nonnegative", "real")


def narrower(one: str, other: str) -> bool:
    """Whether every value of the range ``one`` is one of ``other``."""
    return RANGES.index(one) <= RANGES.index(other)


def broadcast(left: Shape, right: Shape) -> Shape | None:
    """The shape of an elementwise operation; ``None`` if the two do not fit."""
    long, short = (left, right) if len(left) >= len(right) else (right, left)
    result = list(long)
    for at in range(1, len(short) + 1):
        a, b = long[-at], short[-at]
        if a != b and ONE not in (a, b):
            return None
        result[-at] = b if a == ONE else a
    return tuple(result)


def entries(shape: Shape) -> Dim:
    """The number of entries."""
    k, p = 1, 0
    for dim in shape:
        k, p = k * dim[0], p + dim[1]
    return k, p


@dataclass(frozen=True, slots=True)
class Var:
    """A value of the program: how to write it, its shape, the range of its entries."""

    text: str
    shape: Shape
    range: str = "real"
    heavy: bool = False
    """Grows fast (an exponential, a product): not to be exponentiated again."""

    @property
    def rank(self) -> int:
        return len(self.shape)

    @property
    def batches(self) -> int:
        return sum(dim[1] for dim in self.shape)


@dataclass(frozen=True, slots=True)
class Statement:
    """Some lines that bind ``targets``."""

    targets: frozenset[str]
    lines: tuple[str, ...]

    @property
    def words(self) -> set[str]:
        return set(re.findall(r"[A-Za-z_]\w*", " ".join(self.lines)))


@dataclass
class Module:
    """The text around the loss: helper definitions, and how many names are taken."""

    prefix: str
    definitions: list[str] = field(default_factory=list)
    names: int = 0

    def fresh(self, stem: str) -> str:
        self.names += 1
        return f"{self.prefix}{stem}{self.names}"


@dataclass
class Draft:
    """One function body in the making. ``inline``: it must be one expression (the body of a lambda)."""

    rng: random.Random
    module: Module
    variables: list[Var] = field(default_factory=list)
    statements: list[Statement] = field(default_factory=list)
    parameters: list[str] = field(default_factory=list)
    inline: bool = False
    depth: int = 0
    dialects: Sequence[str] = ("tf",)
    counter: int = 0

    # -- choices

    def chance(self, probability: float) -> bool:
        return self.rng.random() < probability

    def pick(self, items: Sequence[T]) -> T:
        return items[self.rng.randrange(len(items))]

    def dialect(self) -> str:
        return self.pick(self.dialects)

    def number(self) -> str:
        return self.pick(("0.5", "2.0", "0.1", "3.0", "1.5", "0.25"))

    def variable(self, fits: Callable[[Var], bool] = lambda _: True) -> Var | None:
        """One of the variables that fit, the latest ones more often."""
        fitting = [var for var in self.variables if fits(var)]
        if not fitting:
            return None
        return fitting[max(self.rng.randrange(len(fitting)), self.rng.randrange(len(fitting)))]

    def array(self, fits: Callable[[Var], bool] = lambda _: True) -> Var | None:
        """A variable with at least one axis."""
        return self.variable(lambda var: var.rank > 0 and fits(var))

    # -- writing

    def name(self) -> str:
        self.counter += 1
        return f"v{self.counter}"

    def bind(
        self,
        text: str,
        shape: Shape,
        range_: str = "real",
        *,
        heavy: bool = False,
    ) -> Var:
        """The value of an expression under a new name (in a lambda, and now and then elsewhere, as it is)."""
        var = Var(text, shape, range_, heavy)
        if not (self.inline or (len(text) < 60 and self.chance(0.15))):
            name = self.name()
            self.write([name], [f"{name} = {_stripped(text)}"])
            var = replace(var, text=name)
        self.variables.append(var)
        return var

    def write(self, targets: Sequence[str], lines: Sequence[str]) -> None:
        """Some lines that bind names."""
        self.statements.append(Statement(frozenset(targets), tuple(lines)))

    def rename(self, var: Var, lines: Sequence[str], name: str) -> Var:
        """A variable that several lines bind."""
        self.write([name], lines)
        named = replace(var, text=name)
        self.variables.append(named)
        return named

    @contextmanager
    def guarded(self) -> Iterator[None]:
        """Hide what is bound inside: names of a loop's body are not for use behind it."""
        kept = list(self.variables)
        yield
        self.variables[:] = kept

    def body(self, result: str) -> list[str]:
        """The lines that the result needs, and the return."""
        needed = set(re.findall(r"[A-Za-z_]\w*", result))
        lines: list[str] = []
        for statement in reversed(self.statements):
            if statement.targets & needed:
                needed |= statement.words
                lines[:0] = statement.lines
        return [*lines, f"return {_stripped(result)}"]


def _stripped(text: str) -> str:
    """Without parentheses around the whole."""
    if not (text.startswith("(") and text.endswith(")")):
        return text
    depth = 0
    for at, letter in enumerate(text):
        depth += (letter == "(") - (letter == ")")
        if depth == 0 and at < len(text) - 1:
            return text
        if letter == "," and depth == 1:
            return text
    return text[1:-1]


Op = Callable[[Draft], "Var | None"]
"""Adds something to a draft; ``None`` if it does not apply."""

OPS: list[tuple[float, Op]] = []


def op(weight: float) -> Callable[[Op], Op]:
    """Register an operation of the generator with its weight."""

    def register(function: Op) -> Op:
        OPS.append((weight, function))
        return function

    return register
