"""Code lenses: above each loss what is inferred of it or was measured, and the command that runs it."""

from __future__ import annotations

from collections.abc import Callable, Iterator

from lsprotocol import types

from losslint.confirm.model import Measured
from losslint.lsp.session import Analysis
from losslint.lsp.words import measured_text, verdict_and_degree
from losslint.model import Loss

CONFIRM = "losslint.confirm"


def code_lenses(
    analysis: Analysis, uri: str, known: Callable[[str], tuple[Measured, bool] | None]
) -> Iterator[types.CodeLens]:
    """One lens for each loss of a document."""
    for loss, extent in analysis.losses:
        where = analysis.layout.range(uri, extent.name)
        if where is not None:
            command = types.Command(
                title=title(loss, known(loss.qualname)), command=CONFIRM, arguments=[uri, loss.qualname]
            )
            yield types.CodeLens(where, command)


def title(loss: Loss, measured: tuple[Measured, bool] | None) -> str:
    """The text of a lens, which says that a click runs code."""
    if measured is not None:
        return f"measured {measured_text(*measured)} (run it again)"
    return f"inferred {verdict_and_degree(loss.verdict.value, loss.degree)} (run it to confirm)"
