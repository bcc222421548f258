"""Hover: the loss or the value under the cursor, and the pages of the rules that speak of it."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator

from lsprotocol import types

from losslint.confirm.model import Measured
from losslint.lsp.jobs import Extent
from losslint.lsp.positions import within
from losslint.lsp.session import Analysis
from losslint.lsp.words import binding_text, finding_text, loss_text
from losslint.model import Binding, Finding, Loss, Span

Known = Callable[[str], tuple[Measured, bool] | None]
"""What was measured of a loss, by its name."""
_NAME = re.compile(r"\w+(?:\.\w+)*")


def hover(
    analysis: Analysis, uri: str, position: types.Position, page: Callable[[str], str], known: Known
) -> types.Hover | None:
    """What is to be said of a place; None if nothing is. ``page`` is the page of a rule by its code."""
    place = analysis.layout.place(uri, position)
    if place is None:
        return None
    texts: list[str] = []
    span: Span | None = None
    for loss, extent in analysis.losses:
        if within(place, extent.name):
            texts.append(loss_text(loss, known(loss.qualname)))
            span = extent.name
    if not texts and (bound := value_at(analysis, place)):
        texts.append(binding_text(bound[0]))
        span = bound[1]
    findings = list(findings_at(analysis, place))
    texts += [finding_text(finding, page(finding.code)) for finding in findings]
    if not texts:
        return None
    shown = span or findings[0].span
    return types.Hover(
        types.MarkupContent(types.MarkupKind.Markdown, "\n\n---\n\n".join(texts)),
        analysis.layout.range(uri, shown),
    )


def findings_at(analysis: Analysis, place: tuple[int, int]) -> Iterator[Finding]:
    """The findings at a place."""
    return (finding for finding in analysis.findings if within(place, finding.span))


def value_at(analysis: Analysis, place: tuple[int, int]) -> tuple[Binding, Span] | None:
    """The value that the name at a place has there, as far as the text tells: bound last above it, or in its line."""
    name = _name_at(analysis.layout.source.lines, place)
    if name is None:
        return None
    word, where = name
    for loss, _ in _innermost(analysis, place):
        mine = [binding for binding in loss.bindings if binding.target == word]
        here = [binding for binding in mine if within(place, binding.span)]
        above = [binding for binding in mine if (binding.span.line, binding.span.column) <= place]
        if candidates := here or sorted(above, key=lambda binding: binding.span):
            return candidates[-1], where
    return None


def _innermost(analysis: Analysis, place: tuple[int, int]) -> list[tuple[Loss, Extent]]:
    around = [pair for pair in analysis.losses if within(place, pair[1].whole)]
    return sorted(around, key=lambda pair: pair[1].whole, reverse=True)


def _name_at(lines: tuple[str, ...], place: tuple[int, int]) -> tuple[str, Span] | None:
    """The name at a place: up to the part of it that the cursor is on (``self.x`` on the ``x``)."""
    line, column = place
    if line > len(lines):
        return None
    for match in _NAME.finditer(lines[line - 1]):
        if match.start() <= column - 1 <= match.end():
            stop = re.compile(r"\w*").match(lines[line - 1], column - 1)
            end = stop.end() if stop is not None else match.end()
            return lines[line - 1][match.start() : end], Span(line, match.start() + 1, line, end + 1)
    return None
