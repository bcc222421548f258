"""Notebooks as an editor holds them: one analysis over all cells, told and fixed cell by cell."""

from __future__ import annotations

from pathlib import Path

from lsp_client import Client, applied, edits_of, session, uri, whole
from lsprotocol import types

CELLS = [
    "# Losses",
    "import tensorflow as tf\n%matplotlib inline\n",
    "!pip install x\ndef my_loss(y_true, y_pred):\n    '👍'\n    total = tf.reduce_sum(tf.abs(y_true - y_pred))\n"
    "    return total",
    "print(my_loss)\n%%time",
]


class Book:
    """A notebook that a client has open."""

    def __init__(self, client: Client, path: Path, cells: list[str]) -> None:
        self.client, self.uri, self.version = client, uri(path), 1
        self.cells = [f"vscode-notebook-cell:{path}#{number}" for number in range(len(cells))]
        languages = ["markdown" if text.startswith("# ") else "python" for text in cells]
        book = types.NotebookDocument(
            uri=self.uri,
            notebook_type="jupyter-notebook",
            version=1,
            cells=[
                types.NotebookCell(
                    types.NotebookCellKind.Markup if language == "markdown" else types.NotebookCellKind.Code,
                    cell,
                )
                for cell, language in zip(self.cells, languages, strict=True)
            ],
        )
        documents = [
            types.TextDocumentItem(cell, language, 1, text)
            for cell, language, text in zip(self.cells, languages, cells, strict=True)
            if language == "python"
        ]
        client.lsp.notebook_document_did_open(types.DidOpenNotebookDocumentParams(book, documents))

    def change(self, number: int, text: str) -> None:
        self.version += 1
        self.client.lsp.notebook_document_did_change(
            types.DidChangeNotebookDocumentParams(
                types.VersionedNotebookDocumentIdentifier(self.version, self.uri),
                types.NotebookDocumentChangeEvent(
                    cells=types.NotebookDocumentCellChanges(
                        text_content=[
                            types.NotebookDocumentCellContentChanges(
                                types.VersionedTextDocumentIdentifier(self.version, self.cells[number]),
                                [types.TextDocumentContentChangeWholeDocument(text)],
                            )
                        ]
                    )
                ),
            )
        )

    def close(self) -> None:
        self.client.lsp.notebook_document_did_close(
            types.DidCloseNotebookDocumentParams(
                types.NotebookDocumentIdentifier(self.uri),
                [types.TextDocumentIdentifier(cell) for cell in self.cells[1:]],
            )
        )


def test_a_notebook_is_one_program_in_cells(tmp_path: Path) -> None:
    async def body(client: Client) -> None:
        book = Book(client, tmp_path / "a.ipynb", CELLS)
        cell = book.cells[2]
        (found,) = await client.diagnostics(cell)
        assert found.code == "LL101"
        assert found.range.start == types.Position(3, 12)
        assert (found.related_information or ())[0].location.uri == cell
        assert await client.codes(book.cells[1]) == []
        hover = await client.hover(cell, 3, 5)
        assert hover is not None and hover.startswith("`total`: **N^1**")
        hints = await client.lsp.text_document_inlay_hint_async(
            types.InlayHintParams(types.TextDocumentIdentifier(cell), whole())
        )
        assert [(each.position, each.label) for each in hints or ()] == [(types.Position(3, 9), ": N^1")]
        assert not await client.lsp.text_document_code_lens_async(
            types.CodeLensParams(types.TextDocumentIdentifier(book.cells[1]))
        )
        fix, silence = await client.actions(cell, found.range, "quickfix")
        assert silence.title.endswith("# noqa")
        mended = applied(CELLS[2], edits_of(fix, cell))
        assert mended.startswith("!pip install x\n"), "what is no Python stays"
        (everything,) = await client.actions(cell, whole(), "source.fixAll")
        resolved = await client.lsp.code_action_resolve_async(everything)
        assert applied(CELLS[2], edits_of(resolved, cell)) == mended
        client.published.clear()
        book.change(2, mended)
        assert await client.codes(cell, book.version) == []
        client.published.clear()
        book.change(1, "")
        await client.until(lambda: client.published)
        client.published.clear()
        book.close()
        await client.until(lambda: {each.uri for each in client.published} >= set(book.cells[1:]))
        assert all(not each.diagnostics for each in client.published)

    session(tmp_path, body)


def test_a_cell_that_does_not_parse(tmp_path: Path) -> None:
    async def body(client: Client) -> None:
        book = Book(client, tmp_path / "a.ipynb", [*CELLS, "def f(:\n"])
        (found,) = await client.diagnostics(book.cells[4])
        assert (found.code, found.range.start.line) == ("LL001", 0)

    session(tmp_path, body)


def test_a_notebook_without_code(tmp_path: Path) -> None:
    async def body(client: Client) -> None:
        book = Book(client, tmp_path / "a.ipynb", ["# text", "%%bash\nls", ""])
        assert await client.codes(book.cells[1]) == []
        assert await client.codes(book.cells[2]) == []
        assert await client.hover(book.cells[1], 0, 0) is None
        Book(client, tmp_path / "b.ipynb", ["# text"]).close()

    session(tmp_path, body)
