"""The curve that a report shows for one measured loss, and its words; for text and HTML alike."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

from losslint.confirm.model import Drift, Measured


@dataclass(frozen=True, slots=True)
class Row:
    """One batch size: value, gradient norm, and each over that of the row before (``None`` in the first)."""

    n: int
    value: float
    gradient_norm: float
    value_ratio: float | None
    gradient_ratio: float | None


VERDICT_WORDS = {
    "invariant": "does not depend on the batch size",
    "grows": "grows with the batch",
    "shrinks": "shrinks as the batch grows",
    "mixed": "changes with the batch, and no division by a power of N can undo it",
    "coupled": "keeps its scale, but couples the samples of a batch",
    "unknown": "says nothing: it was zero on everything it was fed",
}


def rows_of(measured: Measured) -> tuple[Row, ...]:
    """The rows of the first draw, N ascending: its samples repeated 1, 2, 4, … times."""
    rows: list[Row] = []
    for m in measured.measurements:
        if m.draw != 1:
            continue
        last = rows[-1] if rows else None
        value_ratio = _ratio(m.value, last.value) if last else None
        gradient_ratio = _ratio(m.gradient_norm, last.gradient_norm) if last else None
        rows.append(Row(m.n, m.value, m.gradient_norm, value_ratio, gradient_ratio))
    return tuple(rows)


def _ratio(a: float, b: float) -> float | None:
    return a / b if b and math.isfinite(a) and math.isfinite(b) else None


def doublings(values: Sequence[float]) -> tuple[float | None, ...]:
    """log2 of each value over the first; ``None`` where that does not exist (zero, or another sign)."""
    first = next((v for v in values if v and math.isfinite(v)), 0.0)
    return tuple(
        math.log2(v / first) if first and math.isfinite(v) and v / first > 0 else None for v in values
    )


def degrees_in_words(measured: Measured) -> str:
    """``value and gradient: N^1``; ``value: no single power of N, gradient: N^0``."""
    tends = measured.exact is False and measured.degree not in {"mixed", "unknown"}
    value = ("tends to " if tends else "") + _power(measured.degree)
    if value == (gradient := _power(measured.gradient_degree)):
        return f"value and gradient: {value}"
    return f"value: {value}, gradient: {gradient}"


def _power(degree: str) -> str:
    words = {"mixed": "no single power of N", "unknown": "zero"}
    return words.get(degree, f"N^({degree})" if "/" in degree else f"N^{degree}")


def drift_in_words(drift: Drift | None) -> str | None:
    """How the expected value moves from the smaller to the larger batch."""
    if drift is None or drift.ratio is None or drift.low is None or drift.high is None:
        return None
    head = (
        f"on fresh batches the mean moves by ×{number(drift.ratio)} from N={drift.from_n} to N={drift.to_n}"
    )
    return (
        head
        if drift.high - drift.low < 1e-6
        else f"{head} (95 %: {number(drift.low)} … {number(drift.high)})"
    )


def split_in_words(gap: float | None) -> str | None:
    """How far a batch is from the mean of its micro-batches."""
    if gap is None:
        return None
    return (
        "micro-batches average to the same value" if gap < 1e-6 else f"micro-batches differ by {percent(gap)}"
    )


def agreement_in_words(measured: Measured) -> str | None:
    """Whether the analysis had inferred this."""
    if measured.static is None:
        return None
    if measured.agrees is None:
        return "the analysis made no claim"
    said = f"the analysis inferred {measured.static.verdict}, degree {measured.static.degree}"
    return said + (": the same" if measured.agrees else ": not what was measured")


def facts_in_words(measured: Measured) -> tuple[tuple[str, str], ...]:
    """Everything beside degree and curve that running it showed, and how it was had: what about, and a sentence."""
    graph = measured.graph_mode
    facts = [
        ("split", split_in_words(measured.split_gap)),
        ("resample", drift_in_words(measured.drift)),
        ("analysis", agreement_in_words(measured)),
        (
            "graph",
            None if graph in {None, "ok"} else f"inside tf.function with an unknown batch size: {graph}",
        ),
        *(("loaded", note) for note in measured.notes),
    ]
    return tuple((about, fact) for about, fact in facts if fact)


def number(x: float) -> str:
    """A number short enough for a table."""
    if not math.isfinite(x):
        return str(x)
    return f"{x:.4g}"


def percent(x: float) -> str:
    """A share in percent, also where it is tiny."""
    return f"{100 * x:.2g} %" if x < 0.1 else f"{100 * x:.0f} %"
