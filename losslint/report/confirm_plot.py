"""Curves over the batch size as SVG: both axes count doublings, so that a power of N is a straight line."""

from __future__ import annotations

import math
from collections.abc import Sequence

from losslint.report.confirm_curves import Row, doublings, number

WIDTH, HEIGHT = 480, 270
LEFT, RIGHT, TOP, BOTTOM = 50, 76, 16, 40
MOST_TICKS = 7
SMALL_WIDTH, SMALL_HEIGHT = 92, 26
APART = 14.0  # pixels between the names of two curves


def plot(rows: Sequence[Row]) -> str:
    """Value and gradient norm against N, each over its first; dashed: what no growth looks like."""
    values, gradients = _curves(rows)
    low, high = _range(values, gradients)
    xs = [LEFT + (WIDTH - LEFT - RIGHT) * i / max(1, len(rows) - 1) for i in range(len(rows))]

    def y_of(doubling: float) -> float:
        return TOP + (HEIGHT - TOP - BOTTOM) * (high - doubling) / (high - low)

    label = f"value and gradient for batches of {rows[0].n} to {rows[-1].n} samples" if rows else "nothing"
    parts = [f'<svg viewBox="0 0 {WIDTH} {HEIGHT}" role="img" aria-label="{label}">']
    for tick in range(low, high + 1, max(1, math.ceil((high - low) / (MOST_TICKS - 1)))):
        y = y_of(tick)
        parts.append(f'<line class="grid" x1="{LEFT}" x2="{WIDTH - RIGHT}" y1="{y:.1f}" y2="{y:.1f}"/>')
        parts.append(f'<text x="{LEFT - 8}" y="{y + 4:.1f}" text-anchor="end">×{number(2.0**tick)}</text>')
    for x, row in zip(xs, rows, strict=True):
        parts.append(f'<text x="{x:.1f}" y="{HEIGHT - BOTTOM + 18}" text-anchor="middle">{row.n}</text>')
    middle = (LEFT + WIDTH - RIGHT) / 2
    parts.append(f'<text x="{middle}" y="{HEIGHT - 5}" text-anchor="middle">batch size N</text>')
    zero = y_of(0)
    parts.append(f'<line class="ideal" x1="{LEFT}" x2="{WIDTH - RIGHT}" y1="{zero:.1f}" y2="{zero:.1f}"/>')
    ends = []
    for name, word, radius, curve in (("g", "gradient", 5, gradients), ("v", "value", 3.5, values)):
        points = [(x, y_of(y)) for x, y in zip(xs, curve, strict=True) if y is not None]
        parts.append(_polyline(name, points))
        parts += [f'<circle class="{name}" cx="{x:.1f}" cy="{y:.1f}" r="{radius}"/>' for x, y in points]
        if points:
            ends.append((points[-1][1], name, word))
    for y, name, word in _apart([*ends, (zero, "i", "ideal")]):
        parts.append(f'<text class="{name}" x="{WIDTH - RIGHT + 12}" y="{y + 4:.1f}">{word}</text>')
    return "".join([*parts, "</svg>"])


def small_plot(rows: Sequence[Row]) -> str:
    """The same at the size of a word: the curves alone, and the ideal."""
    values, gradients = _curves(rows)
    low, high = _range(values, gradients)

    def points(curve: Sequence[float | None]) -> list[tuple[float, float]]:
        step = (SMALL_WIDTH - 6) / max(1, len(curve) - 1)
        return [
            (3 + step * i, 3 + (SMALL_HEIGHT - 6) * (high - y) / (high - low))
            for i, y in enumerate(curve)
            if y is not None
        ]

    zero = 3 + (SMALL_HEIGHT - 6) * high / (high - low)
    return (
        f'<svg viewBox="0 0 {SMALL_WIDTH} {SMALL_HEIGHT}" aria-hidden="true">'
        f'<line class="ideal" x1="3" x2="{SMALL_WIDTH - 3}" y1="{zero:.1f}" y2="{zero:.1f}"/>'
        f"{_polyline('g', points(gradients))}{_polyline('v', points(values))}</svg>"
    )


Curve = tuple[float | None, ...]


def _curves(rows: Sequence[Row]) -> tuple[Curve, Curve]:
    return doublings([r.value for r in rows]), doublings([r.gradient_norm for r in rows])


def _range(*curves: Curve) -> tuple[int, int]:
    known = [y for curve in curves for y in curve if y is not None]
    return math.floor(min([-1.0, *known])), math.ceil(max([1.0, *known]))


def _polyline(name: str, points: Sequence[tuple[float, float]]) -> str:
    path = " ".join(f"{x:.1f},{y:.1f}" for x, y in points)
    return f'<polyline class="{name}" points="{path}"/>'


def _apart(names: Sequence[tuple[float, str, str]]) -> list[tuple[float, str, str]]:
    """The names of curves, from top to bottom, moved down until none covers another."""
    placed: list[tuple[float, str, str]] = []
    for y, name, word in sorted(names, key=lambda one: one[0]):
        least = placed[-1][0] + APART if placed else y
        placed.append((max(y, least), name, word))
    over = max(0.0, placed[-1][0] - (HEIGHT - BOTTOM)) if placed else 0.0
    return [(y - over, name, word) for y, name, word in placed]
