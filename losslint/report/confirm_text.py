"""What was measured, for a terminal: a table, a sketch of the curve in log-log scale, and the verdict."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence

import click

from losslint.confirm.model import Measured
from losslint.report.confirm_curves import (
    VERDICT_WORDS,
    Row,
    degrees_in_words,
    doublings,
    facts_in_words,
    number,
    rows_of,
)

COLORS = {"invariant": "green", "coupled": "yellow", "unknown": "yellow"}
SKETCH_WIDTH, HEIGHT = 22, 9  # characters and lines of a sketch; with the table it fits a terminal of 80


def render(measured: Measured) -> str:
    """One loss, several lines, styled for a terminal (click strips the styles where they are unwanted)."""
    return "\n".join(_lines(measured)) + "\n"


def _lines(measured: Measured) -> Iterator[str]:
    head = f"{click.style(measured.place, bold=True)} {measured.qualname}"
    if measured.status != "measured":
        yield f"{head}: {click.style(measured.status, fg='magenta')}: {measured.reason}"
        return
    verdict = click.style(measured.verdict, fg=COLORS.get(measured.verdict, "red"), bold=True)
    yield f"{head}: {verdict} ({degrees_in_words(measured)})"
    yield f"  it {VERDICT_WORDS[measured.verdict]}"
    yield "  fed " + " ".join(map(str, measured.inputs))
    rows = rows_of(measured)
    yield ""
    yield from beside(list(_table(rows)), list(sketch(rows)))
    yield click.style("  o value  x gradient  * both  · ideal", dim=True)
    yield ""
    yield from (f"  {fact}" for _, fact in facts_in_words(measured))


def _table(rows: Sequence[Row]) -> Iterator[str]:
    yield click.style(f"  {'N':>5} {'value':>10} {'ratio':>6} {'gradient':>10} {'ratio':>6}", dim=True)
    for row in rows:
        yield (
            f"  {row.n:>5} {number(row.value):>10} {_optional(row.value_ratio):>6}"
            f" {number(row.gradient_norm):>10} {_optional(row.gradient_ratio):>6}"
        )


def _optional(x: float | None) -> str:
    return "" if x is None else f"{x:.3f}"


def sketch(rows: Sequence[Row]) -> Iterator[str]:
    """Value ``o`` and gradient ``x`` (``*`` both) over N in log-log scale, beside ``·``: no growth at all."""
    values, gradients = doublings([r.value for r in rows]), doublings([r.gradient_norm for r in rows])
    known = [d for d in (*values, *gradients) if d is not None]
    low, high = min([-1.0, *known]), max([1.0, *known])
    cells: dict[tuple[int, int], str] = {}
    step = max(1, SKETCH_WIDTH // max(1, len(rows) - 1))  # characters per doubling of N
    zero = _line(0.0, low, high)
    for column in range(step * (len(rows) - 1) + 1):
        cells[zero, column] = "·"
    for marks, symbol in ((values, "o"), (gradients, "x")):
        for i, mark in enumerate(marks):
            if mark is not None:
                place = (_line(mark, low, high), step * i)
                cells[place] = "*" if cells.get(place, "·") not in "·" else symbol
    for line in range(HEIGHT):
        text = "".join(cells.get((line, column), " ") for column in range(step * (len(rows) - 1) + 1))
        yield f"{_label(line, zero, low, high):>7} {text}".rstrip()


def _line(mark: float, low: float, high: float) -> int:
    return round((high - mark) / (high - low) * (HEIGHT - 1))


def _label(line: int, zero: int, low: float, high: float) -> str:
    labels = {0: high, HEIGHT - 1: low, zero: 0.0}
    return f"×{number(2.0 ** labels[line])}" if line in labels else ""


def beside(left: Sequence[str], right: Sequence[str]) -> Iterator[str]:
    """Two blocks of text side by side."""
    width = max((len(click.unstyle(line)) for line in left), default=0)
    for i in range(max(len(left), len(right))):
        first = left[i] if i < len(left) else ""
        second = right[i] if i < len(right) else ""
        yield (first + " " * (width - len(click.unstyle(first))) + "   " + second).rstrip()


def render_summary(results: Iterable[Measured]) -> str:
    """One line: how many losses were measured, and how they behave."""
    results = list(results)
    measured = [m for m in results if m.status == "measured"]
    counts = {v: sum(m.verdict == v for m in measured) for v in VERDICT_WORDS}
    told = ", ".join(f"{n} {verdict}" for verdict, n in counts.items() if n)
    disagree = sum(m.agrees is False for m in measured)
    tail = f"; {disagree} not as inferred" if disagree else ""
    noun = "loss" if len(results) == 1 else "losses"
    return f"{len(measured)} of {len(results)} {noun} measured" + (f": {told}" if told else "") + tail
