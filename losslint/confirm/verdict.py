"""From measured curves to degree, coupling and verdict (DESIGN, section 1).

A curve is a value (or a gradient norm) at N, 2N, 4N, … with every sample repeated. A pure power is recognised
exactly; a curve that only *tends* to a power (self-pairs left out, smoothed ratios) by its trend.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction
from itertools import pairwise

from losslint.model import Verdict

LARGEST_DENOMINATOR = 6
CONVERGING = 0.62  # an error of 1/N halves with each doubling; log N and 1/sqrt(N) do not get this far
VANISHED = 0.05  # a limit below this share of the last value counts as zero
NEAR = 0.02  # an epsilon inside a root bends a curve by less than this
NEGLIGIBLE = 1e-4  # an epsilon beside a large sum bends by less
CLOSE = 0.1  # the last slope of a curve that tends to a power is this close to it


PROBES = frozenset({"small", "fit"})  # draws on which almost everything is tiny


@dataclass(frozen=True, slots=True)
class Curve:
    """Values at N, 2N, 4N, … and the name of the draw that they come from."""

    variant: str
    values: tuple[float, ...]


@dataclass(frozen=True, slots=True)
class Power:
    """How one curve behaves: its exponent (``None``: no single power), and whether it only tends to it."""

    exponent: Fraction | None
    exact: bool
    shape: tuple[float, ...]


def rational(x: float, tolerance: float) -> Fraction | None:
    """The simple fraction within ``tolerance`` of x, if there is one."""
    if not math.isfinite(x):
        return None
    nearest = Fraction(x).limit_denominator(LARGEST_DENOMINATOR)
    return nearest if abs(x - float(nearest)) <= tolerance else None


def power_of(curve: Sequence[float], tolerance: float, floor: float = 0.0) -> Power | None:
    """The power that one curve follows over its doublings; ``None`` if it is zero or mere rounding."""
    top = max((abs(v) for v in curve), default=0.0)
    if top <= max(floor, 1e-12) or not all(math.isfinite(v) for v in curve):
        return None
    shape = tuple(v / curve[-1] if curve[-1] else math.inf for v in curve)
    if min(abs(v) for v in curve) > 0 and (min(curve) > 0 or max(curve) < 0):
        slopes = [math.log2(b / a) for a, b in pairwise(curve)]
        bend = max(slopes) - min(slopes)
        if bend <= max(4 * tolerance, NEGLIGIBLE):
            return Power(rational(slopes[-1], 1e-3), bend <= 4 * tolerance, shape)
    else:
        slopes = []
    power = _tends_to_a_power(slopes)
    if power is None and _tends_to_a_constant(curve, tolerance):
        power = Fraction(0)
    return Power(power, exact=False, shape=shape)


def _tends_to_a_constant(curve: Sequence[float], tolerance: float) -> bool:
    steps = [b - a for a, b in pairwise(curve)]
    noise = tolerance * max(abs(v) for v in curve)
    if max(abs(s) for s in steps[-2:]) <= noise:
        return abs(curve[-1]) > noise
    if abs(steps[-2]) <= noise:
        return False
    ratio = steps[-1] / steps[-2]
    if abs(ratio) > CONVERGING:
        return False
    limit = curve[-1] + steps[-1] * ratio / (1 - ratio)
    return abs(limit) > max(noise, VANISHED * abs(curve[-1]), 2 * abs(steps[-1]))


def _tends_to_a_power(slopes: Sequence[float]) -> Fraction | None:
    """The multiple of 1/2, other than 0, that the slopes run into."""
    if len(slopes) < 4:
        return None
    bends = [b - a for a, b in pairwise(slopes)]
    if bends[-2] == 0 or abs(bends[-1] / bends[-2]) > CONVERGING:
        return None
    ratio = bends[-1] / bends[-2]
    limit = slopes[-1] + bends[-1] * ratio / (1 - ratio)
    power = Fraction(round(2 * limit), 2)
    near = abs(limit - power) <= NEAR and abs(slopes[-1] - power) <= CLOSE
    return power if near and power != 0 else None


@dataclass(frozen=True, slots=True)
class Degree:
    """A degree over several draws: a fraction, ``mixed`` or ``unknown``; ``exact`` if no trend was needed."""

    text: str
    exact: bool

    @property
    def exponent(self) -> Fraction | None:
        return None if self.text in {"mixed", "unknown"} else Fraction(self.text)


def degree_of(curves: Sequence[Curve], tolerance: float) -> Degree:
    """One degree for all draws. They must agree: a sum of different powers differs on some draw."""
    floor = tolerance * max((max(map(abs, c.values)) for c in curves if c.variant == "unit"), default=0.0)
    powers = [(c, p) for c in curves if (p := power_of(c.values, tolerance, floor)) is not None]
    if not powers:
        return Degree("unknown", exact=False)
    if len({p.exponent for _, p in powers}) > 1:
        powers = [(c, p) for c, p in powers if c.variant not in PROBES]
        if not powers or not all(_only_an_epsilon_away(c.values, powers[0][1].exponent) for c, _ in powers):
            return Degree("mixed", exact=False)
    exponent = powers[0][1].exponent
    exact = all(p.exact for _, p in powers)
    if exponent is None or not (exact or exponent == 0 or _bends_alike([p for _, p in powers])):
        return Degree("mixed", exact=False)
    return Degree(str(exponent), exact)


def _only_an_epsilon_away(values: Sequence[float], exponent: Fraction | None) -> bool:
    """Whether a growing curve is a power but for a tiny constant, as in ``sqrt(sum + 1e-3)``.

    Such a constant shows only on the draws that make everything else tiny, and those are then no evidence.
    """
    if not exponent or min(values) * max(values) <= 0:
        return False
    return all(abs(math.log2(b / a) - exponent) <= NEAR / 2 for a, b in pairwise(values))


def _bends_alike(powers: Sequence[Power]) -> bool:
    """Whether the deviation from the power is a matter of N alone (Bessel's factor), or too small to matter.

    A sum of a degree 1 and a degree 0 also tends to degree 1, but how fast depends on the data.
    """
    shapes = [p.shape for p in powers]
    length = min(len(shape) for shape in shapes)
    aligned = [[v / shape[length - 1] for v in shape[:length]] for shape in shapes]
    return all(
        min(column) > 0 and max(column) / min(column) - 1 <= NEAR for column in zip(*aligned, strict=True)
    )


@dataclass(frozen=True, slots=True)
class Judgement:
    """What the measurements say of one loss."""

    degree: str
    gradient_degree: str
    coupled: bool
    verdict: Verdict
    exact: bool
    split_gap: float
    interaction: float


def judge(
    values: Sequence[Curve],
    gradients: Sequence[Curve],
    interaction: float,
    pairs: Sequence[tuple[float, float]],
    parts: int,
    tolerance: float,
) -> Judgement:
    """Degree, coupling and verdict.

    ``values``/``gradients``: one curve per draw. ``interaction``: how samples feel each other at fixed N.
    ``pairs``: (L of a batch, mean of L over its ``parts`` equal parts).
    """
    value, gradient = degree_of(values, tolerance), degree_of(gradients, tolerance)
    if value.text == "unknown":
        value = gradient
    elif value.text == "0" and not value.exact and gradient.text not in {"0", "unknown"}:
        value = Degree("mixed", exact=False)  # saturated: flat in value while its gradient collapses
    scaled = 0.0
    if value.exact and value.exponent is not None:
        scaled = _gap(pairs, parts ** float(value.exponent))
    coupled = interaction > tolerance or scaled > tolerance
    return Judgement(
        degree=value.text,
        gradient_degree=gradient.text,
        coupled=coupled,
        verdict=_verdict(value, coupled),
        exact=value.exact,
        split_gap=_gap(pairs, 1.0),
        interaction=interaction,
    )


def _gap(pairs: Sequence[tuple[float, float]], factor: float) -> float:
    """The largest relative difference between a batch and ``factor`` times the mean of its parts."""
    gaps = (abs(a - factor * b) / max(abs(a), abs(factor * b)) for a, b in pairs if a or b)
    return max((gap for gap in gaps if math.isfinite(gap)), default=0.0)


def _verdict(degree: Degree, coupled: bool) -> Verdict:
    exponent = degree.exponent
    if exponent is None:
        return Verdict.MIXED if degree.text == "mixed" else Verdict.UNKNOWN
    if exponent == 0:
        return Verdict.COUPLED if coupled else Verdict.INVARIANT
    return Verdict.GROWS if exponent > 0 else Verdict.SHRINKS
