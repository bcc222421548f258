"""How the text that was analysed lies in the client's documents: in one document, or in the cells of a notebook."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from lsprotocol import types

from losslint.fix.edits import line_starts
from losslint.lsp.positions import BOM, Positions
from losslint.model import Edit, Span
from losslint.source.notebook import Notebook, read_notebook
from losslint.source.text import SourceText, split_lines


@dataclass(frozen=True)
class Part:
    """One document of the client."""

    uri: str
    version: int | None
    positions: Positions


@dataclass(frozen=True)
class Layout:
    """The analysed text, and the documents it is made of.

    ``parts`` are by number of the notebook's cell, or by None for a document by itself. ``file_text`` is what the
    file would hold.
    """

    source: SourceText
    file_text: str
    parts: Mapping[int | None, Part]

    @property
    def path(self) -> str:
        """The path, as the analysis knows it."""
        return self.source.path

    def part(self, uri: str) -> Part | None:
        """The part that is a document."""
        return next((part for part in self.parts.values() if part.uri == uri), None)

    def location(self, span: Span) -> types.Location:
        """Where a stretch of the analysed text is; no further than to the end of the document it starts in."""
        if isinstance(self.source, Notebook) and not self.source.pieces:
            part = next(iter(self.parts.values()))
            return types.Location(part.uri, part.positions.range(Span(1, 1, 1, 1)))
        shown = self.source.in_cell(span)
        part = self.parts[shown.cell]
        return types.Location(part.uri, part.positions.range(shown))

    def range(self, uri: str, span: Span) -> types.Range | None:
        """The range of a stretch if it starts in that document."""
        found = self.location(span)
        return found.range if found.uri == uri else None

    def place(self, uri: str, position: types.Position) -> tuple[int, int] | None:
        """Line and column of the analysed text; None for what was not analysed, such as a magic."""
        for number, part in self.parts.items():
            if part.uri == uri:
                line, column = part.positions.place(position)
                return (line, column) if number is None else _joined(self.source, number, line, column)
        return None

    def edits(self, edits: Iterable[Edit]) -> dict[str, list[types.TextEdit]]:
        """Edits of the analysed text as edits of the documents."""
        found: dict[str, list[types.TextEdit]] = {}
        for edit in edits:
            where = self.location(edit.span)
            found.setdefault(where.uri, []).append(types.TextEdit(where.range, edit.replacement))
        return found


def document(path: str, uri: str, version: int | None, text: str, encoding: str) -> Layout:
    """The layout of a document by itself."""
    plain = text.removeprefix(BOM)
    return Layout(SourceText(path, plain), plain, {None: Part(uri, version, Positions(text, encoding))})


def notebook(path: str, cells: Iterable[Part | None]) -> Layout | None:
    """The layout of a notebook: its code cells in Python, and None for each other cell. None if it has no code.

    The cells are put into the JSON of a notebook, so that all that is known of notebooks holds for them.
    """
    parts = dict(enumerate(cells, 1))
    text = json.dumps(
        {
            "nbformat": 4,
            "nbformat_minor": 5,
            "metadata": {},
            "cells": [
                {"cell_type": "code", "source": part.positions.text}
                if part is not None
                else {"cell_type": "markdown"}
                for part in parts.values()
            ],
        }
    )
    code: dict[int | None, Part] = {number: part for number, part in parts.items() if part is not None}
    return Layout(read_notebook(text, path=path), text, code) if code else None


def _joined(source: SourceText, number: int, line: int, column: int) -> tuple[int, int] | None:
    """The place in the joined text of a notebook that is a place in a cell."""
    assert isinstance(source, Notebook)
    for piece in source.pieces:
        cell = source.cells[piece.of]
        if cell.number != number:
            continue
        lines = split_lines(cell.source)
        at = line_starts(lines)[min(line - 1, len(lines))] + column - 1
        if piece.at <= at <= piece.until:
            before = split_lines(source.text[: piece.start + at - piece.at] + "\0")
            return len(before), len(before[-1])
    return None
