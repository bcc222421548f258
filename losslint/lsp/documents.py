"""What the client holds: the texts of its open documents, kept as it changes them.

pygls keeps them too, but cuts lines where ``str.splitlines`` does, at form feeds for instance, so that every
later edit of such a file would land in the wrong place.
"""

from __future__ import annotations

from collections.abc import Sequence

from lsprotocol import types
from pygls.workspace import TextDocument, Workspace

from losslint.lsp.positions import replaced
from losslint.source.text import split_lines


class Buffer(TextDocument):
    """One open document."""

    @property
    def lines(self) -> Sequence[str]:
        """The lines with their ends, as the protocol cuts them."""
        return split_lines(self.source)

    def _apply_incremental_change(self, change: types.TextDocumentContentChangePartial) -> None:
        encoding = str(getattr(self.position_codec.encoding, "value", self.position_codec.encoding))
        self._source = replaced(self.source, change.range, change.text, encoding)


class Buffers(Workspace):
    """All of them, and the folders that are open."""

    def _create_text_document(
        self,
        doc_uri: str,
        source: str | None = None,
        version: int | None = None,
        language_id: str | None = None,
    ) -> Buffer:
        return Buffer(
            doc_uri,
            source=source,
            version=version,
            language_id=language_id,
            sync_kind=self._sync_kind,
            position_codec=self._position_codec,
        )
