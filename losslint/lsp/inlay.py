"""Inlay hints: behind each name that a loss binds, the degree of what it is bound to."""

from __future__ import annotations

from collections.abc import Iterator

from lsprotocol import types

from losslint.lsp.positions import overlap
from losslint.lsp.session import Analysis
from losslint.lsp.words import binding_text, degree_of
from losslint.model import Binding, Span

PLAIN = ("0", "const")


def inlay_hints(analysis: Analysis, uri: str, where: types.Range) -> Iterator[types.InlayHint]:
    """The hints of a range. Where a statement is reached several times, what holds in the end is shown.

    A number that no batch has touched has none.
    """
    last: dict[Span, Binding] = {}
    for loss, _ in analysis.losses:
        last.update({binding.span: binding for binding in loss.bindings})
    for span, binding in sorted(last.items(), key=lambda pair: pair[0]):
        degree = degree_of(binding) if (binding.degree, binding.spread) != PLAIN else ""
        found = analysis.layout.range(uri, span) if degree else None
        if found is not None and overlap(found, where):
            yield types.InlayHint(
                position=found.end,
                label=f": {degree}",
                kind=types.InlayHintKind.Type,
                tooltip=types.MarkupContent(types.MarkupKind.Markdown, binding_text(binding)),
            )
