"""Notebooks for tests, as Jupyter writes them."""

from __future__ import annotations

import json
from typing import Any

PYTHON3: dict[str, Any] = {
    "kernelspec": {"display_name": "Python 3", "language": "python", "name": "python3"},
    "language_info": {"name": "python", "version": "3.12.1"},
}


def code(source: str, /, **more: Any) -> dict[str, Any]:
    """A code cell that was run and has put something out."""
    output = {"name": "stdout", "output_type": "stream", "text": ["loss: 0.5 é\n"]}
    return {
        "cell_type": "code",
        "execution_count": 3,
        "metadata": {"tags": ["keep me"]},
        "outputs": [output],
        "source": source.splitlines(keepends=True),
        **more,
    }


def text(source: str) -> dict[str, Any]:
    """A text cell."""
    return {"cell_type": "markdown", "metadata": {}, "source": source.splitlines(keepends=True)}


def notebook(*cells: dict[str, Any] | str, metadata: dict[str, Any] | None = None, **more: Any) -> str:
    """The JSON; a string is a code cell."""
    made = [code(cell) if isinstance(cell, str) else cell for cell in cells]
    content = {
        "cells": made,
        "metadata": PYTHON3 if metadata is None else metadata,
        "nbformat": 4,
        "nbformat_minor": 4,
        **more,
    }
    return json.dumps(content, indent=1, ensure_ascii=False) + "\n"
