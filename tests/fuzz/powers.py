"""Which powers of the batch size curves may follow: exactly, or in the end."""

from __future__ import annotations

import math
from collections.abc import Sequence
from fractions import Fraction
from itertools import pairwise

import pytest

from losslint.confirm.verdict import Curve, degree_of

np = pytest.importorskip("numpy")  # comes with TensorFlow

COPIES = (1, 2, 4, 8, 16, 32, 64)
"""How often each sample of a batch stands in it, from one point of a curve to the next."""
TOLERANCE = 1e-8
"""What rounding may do in double precision."""


def degrees_of(curves: Sequence[Curve]) -> frozenset[str]:
    """The right answers for these curves; none if all are zero. What is zero on some draws has a kink."""
    judged = degree_of(curves, TOLERANCE)
    if judged.text == "unknown":
        return frozenset()
    vanishing = any(not any(curve.values) for curve in curves)
    # ``degree_of`` takes what only tiny draws show of a guard for an epsilon; by the letter it is mixed.
    strict = degree_of([Curve("unit", curve.values) for curve in curves], TOLERANCE)
    if judged.exact and strict == judged and not vanishing:
        return frozenset({judged.text})
    return frozenset({judged.text, "mixed"} | _trend([curve for curve in curves if any(curve.values)]))


def _trend(curves: Sequence[Curve]) -> set[str]:
    """The multiples of 1/2 and of 1/3 that the slopes of all curves may run into: one of them is the power."""
    limits = [_limits(curve.values) for curve in curves if curve.variant != "small"]
    return set(map(str, frozenset.intersection(*limits))) if limits else set()


def _limits(values: Sequence[float]) -> frozenset[Fraction]:
    if (power := _leading(values)) is not None:
        return frozenset({Fraction(power)})
    tail = values[-3:]
    if min(tail) * max(tail) <= 0:
        return frozenset()
    slopes = [math.log2(b / a) for a, b in pairwise(tail)]
    nearest = {Fraction(round(parts * slopes[-1]), parts) for parts in (2, 3)}
    off = {limit: [abs(slope - limit) for slope in slopes] for limit in nearest}
    return frozenset(
        limit for limit, (*_, first, last) in off.items() if last <= 0.2 and last <= max(first, 0.05)
    )


def _leading(values: Sequence[float]) -> float | None:
    """The highest power of k in a curve that is a few powers of k and nothing else, however small its part is here.

    ``sum + 1``, and the pairs of a triangle, ``a·k² + b·k``, are not near their trend at these sizes.
    """
    sizes = np.array(COPIES[: len(values)], dtype=float)
    curve = np.array(values)
    for powers in EXPANSIONS:
        if len(values) < len(powers) + 2:
            continue
        terms = sizes[:, None] ** np.array(powers)
        parts, *_ = np.linalg.lstsq(terms, curve, rcond=None)
        if np.abs(terms @ parts - curve).max() <= TOLERANCE * np.abs(curve).max():
            seen = [
                p for p, part in zip(powers, parts, strict=True) if abs(part) > 1e-6 * np.abs(parts).max()
            ]
            return seen[0]
    return None


EXPANSIONS = (
    (2.0, 1.0, 0.0, -1.0),
    (0.0, -1.0, -2.0, -3.0),
    (1.5, 0.5, 0.0),
    (1.0, 0.5, 0.0),
    (0.0, -0.5, -1.0),
    (3.0, 2.0, 1.0, 0.0),
)
