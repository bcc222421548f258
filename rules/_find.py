"""What the predicates of the scale and coupling rules share: the values a loss can return, and one cause, one finding."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from fractions import Fraction

from losslint.analysis.degree import MIXED, UNKNOWN, ZERO
from losslint.analysis.outcome import MIXING, Outcome, Problem
from losslint.analysis.values import Flaw, Kind, Spread, Step, Tensor


def values(outcome: Outcome) -> Iterator[Tensor]:
    """Every value the loss can return, unless it hangs on a rank that nothing states."""
    for option in () if outcome.hangs_on_rank else outcome.options:
        yield option.value


def growing(outcome: Outcome) -> Iterator[Tensor]:
    """The values of positive degree; those returned beside their own normaliser are the caller's to divide."""
    for option in () if outcome.hangs_on_rank else outcome.options:
        if isinstance(option.value.degree, Fraction) and option.value.degree > 0 and not option.normaliser:
            yield option.value


def shrinks(value: Tensor) -> bool:
    """Whether the value, or what it contributes to training, has a negative degree."""
    if value.degree is MIXED and not any(flaw.kind in MIXING for flaw in value.flaws):
        return isinstance(value.slope, Fraction) and value.slope < 0
    return isinstance(value.degree, Fraction) and value.degree < 0


def of_kind(value: Tensor, *kinds: Kind) -> list[Flaw]:
    """The value's flaws of these kinds."""
    return [flaw for flaw in value.flaws if flaw.kind in kinds]


def causes(value: Tensor) -> set[Step]:
    """The batch reductions that a scale finding (LL1xx) on this value already speaks of."""
    found: set[Step] = set()
    if value.degree is MIXED:
        for flaw in of_kind(value, *MIXING):
            found.update(flaw.sources)
    if isinstance(value.degree, Fraction) and value.degree > 0:
        found.update(value.raised)
    if shrinks(value):
        for flaw in of_kind(value, Kind.SUNK):
            found.update(flaw.sources)
    return found


def coupling(outcome: Outcome, kind: Kind, message: str, *, any_rank: bool = False) -> Iterator[Problem]:
    """One problem for every flaw of a coupling kind whose cause no scale finding has named.

    Several on one line (``x - min(x)) / (max(x) - min(x)``) are told once. ``any_rank``: also where it hangs on a rank that nothing states (for rules that are off by default).
    ``message`` may use ``{operation}`` and ``{source}`` (the line of the reduction).
    """
    told: set[int] = set()
    for value in [option.value for option in outcome.options] if any_rank else values(outcome):
        if value.spread is Spread.UNKNOWN or value.degree is UNKNOWN:
            continue  # what cannot be followed is not accused
        spoken = causes(value)
        for flaw in of_kind(value, kind):
            line = flaw.step.site.span.line
            if spoken.isdisjoint(flaw.sources or (flaw.step,)) and line not in told:
                told.add(line)
                yield Problem(
                    flaw.step.site,
                    message.format(operation=flaw.operation, source=line_of(flaw)),
                    trail(value, flaw),
                    value,
                )


def line_of(flaw: Flaw) -> int:
    """The line of the first batch reduction behind a flaw."""
    step = flaw.sources[0] if flaw.sources else flaw.step
    return step.site.span.line


def trail(value: Tensor, flaw: Flaw) -> tuple[Step, ...]:
    """From the reductions to the flaw, then whatever else happened on the way to the return."""
    steps = (*flaw.sources, flaw.step)
    later = value.trail[value.trail.index(flaw.step) + 1 :] if flaw.step in value.trail else ()
    return tuple(dict.fromkeys((*steps, *later)))


def distinct(problems: Iterable[Problem]) -> Iterator[Problem]:
    """One problem per place."""
    seen: set[object] = set()
    for problem in problems:
        if problem.site not in seen:
            seen.add(problem.site)
            yield problem


__all__ = [
    "ZERO",
    "causes",
    "coupling",
    "distinct",
    "growing",
    "line_of",
    "of_kind",
    "shrinks",
    "trail",
    "values",
]
