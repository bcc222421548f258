"""The text form of ``inspect``: each loss, and each of its statements with the degree of what it binds."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING

from losslint.model import Binding, Loss
from losslint.report.terminal import BOLD, DIM, paint, printable

if TYPE_CHECKING:
    from losslint.report import Lines, Style

_COLORS = {"invariant": "32", "coupled": "33", "unknown": "35"}
"""By verdict; the others are red."""


def render_reveal(losses: Sequence[Loss], lines: Lines, style: Style) -> Iterator[str]:
    """One block per loss, an empty line between two."""
    for number, loss in enumerate(losses):
        yield "\n" * bool(number) + "".join(f"{line}\n" for line in _block(loss, lines(loss.path), style))


def degree_text(degree: str) -> str:
    """A degree as a power of the batch size: ``N^1/2``; ``mixed`` and ``unknown`` as they are."""
    return degree if degree in ("mixed", "unknown") else f"N^{degree}"


def _block(loss: Loss, lines: Sequence[str], style: Style) -> Iterator[str]:
    verdict = paint(loss.verdict.value, _COLORS.get(loss.verdict.value, "31"), on=style.color)
    yield f"{paint(f'{loss.path}:{loss.line}', BOLD, on=style.color)} {loss.qualname}: {verdict}"
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
        yield from _statements(loss.bindings, lines, style)


def _statements(bindings: Sequence[Binding], lines: Sequence[str], style: Style) -> Iterator[str]:
    number_width = max(len(str(binding.span.line)) for binding in bindings)
    target_width = min(max(len(binding.target) for binding in bindings), 24)
    for binding in sorted(bindings, key=lambda binding: binding.span):
        axes = f" {binding.axes}" if binding.axes else ""
        revealed = f"{degree_text(binding.degree)} {binding.spread}{axes}"
        source = (
            printable(lines[binding.span.line - 1][:1000].strip()) if binding.span.line <= len(lines) else ""
        )
        start = f"  {binding.span.line:>{number_width}}  {binding.target:<{target_width}}  {revealed:<28}"
        room = max(style.width - len(start) - 2, 0)
        cut = source if len(source) <= room else f"{source[: room - 1]}…" if room > 8 else ""
        yield f"{start}  {paint(cut, DIM, on=style.color)}".rstrip()
