"""The text form of ``inspect``: each loss, and each of its statements with the degree of what it binds."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING

from losslint.model import Binding, Loss
from losslint.report.frame import cut
from losslint.report.terminal import BOLD, DIM, paint, printable

if TYPE_CHECKING:
    from losslint.report import Lines, Style

_COLORS = {"invariant": "32", "coupled": "33", "unknown": "35"}
"""By verdict; the others are red."""
NO_TENSOR = "-"
ALTERNATIVES = " | "
_LEAST_SOURCE = 8
"""With less room than this the source is left out."""


def render_reveal(losses: Sequence[Loss], lines: Lines, style: Style) -> Iterator[str]:
    """One block per loss, an empty line between two."""
    for number, loss in enumerate(losses):
        yield "\n" * bool(number) + "".join(f"{line}\n" for line in _block(loss, lines, style))


def degree_text(degree: str) -> str:
    """A degree as a power of the batch size: ``N^1/2``; ``mixed`` and ``unknown`` as they are."""
    return degree if degree in ("mixed", "unknown") else f"N^{degree}"


def revealed(binding: Binding) -> str:
    """What is known of a value: degree, spread and axes. A value that is no tensor has only its kind."""
    if binding.degree == NO_TENSOR:
        return binding.axes
    degree = ALTERNATIVES.join(degree_text(part) for part in binding.degree.split(ALTERNATIVES))
    return f"{degree} {binding.spread} {binding.axes}".rstrip()


def _block(loss: Loss, lines: Lines, style: Style) -> Iterator[str]:
    verdict = paint(loss.verdict.value, _COLORS.get(loss.verdict.value, "31"), on=style.color)
    yield f"{paint(f'{loss.path}:{loss.place}', BOLD, on=style.color)} {loss.qualname}: {verdict}"
    coupled = {True: "coupled", False: "not coupled", None: "coupling unknown"}[loss.coupled]
    gradient = (
        "" if loss.gradient_degree == loss.degree else f", gradient {degree_text(loss.gradient_degree)}"
    )
    yield (
        f"  {degree_text(loss.degree)}{gradient}, {coupled}, returns {loss.returns.value}"
        f" ({loss.framework}, found by {loss.found_by})"
    )
    if loss.why:
        yield f"  {loss.why}"
    for unknown in loss.unknowns:
        yield f"  unknown: {unknown}"
    if loss.bindings:
        yield ""
        source = lines(loss.path) if loss.cell is None else lines(loss.path, loss.cell)
        yield from _statements(loss.bindings, source, style)


def _statements(bindings: Sequence[Binding], lines: Sequence[str], style: Style) -> Iterator[str]:
    number_width = max(len(str(binding.span.line)) for binding in bindings)
    target_width = min(max(len(binding.target) for binding in bindings), 24)
    for binding in dict.fromkeys(sorted(bindings, key=lambda binding: binding.span)):
        source = (
            printable(lines[binding.span.line - 1][:1000].strip()) if binding.span.line <= len(lines) else ""
        )
        where = f"{binding.span.line:>{number_width}}"
        start = f"  {where}  {binding.target:<{target_width}}  {revealed(binding):<28}"
        room = max(style.width - len(start) - 2, 0)
        shown = paint(cut(source, room), DIM, on=style.color) if room > _LEAST_SOURCE else ""
        yield f"{start}  {shown}".rstrip()
