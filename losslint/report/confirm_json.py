"""What was measured, as the JSON of the interface (``confirm.schema.json`` describes it)."""

from __future__ import annotations

import json
import math
from collections.abc import Iterable
from dataclasses import asdict
from typing import Any

from losslint.confirm.model import Measured

VERSION = 1


def to_json(results: Iterable[Measured]) -> dict[str, Any]:
    """The document as plain data; numbers that JSON does not know (infinities) become null."""
    return {"version": VERSION, "losses": [_loss(measured) for measured in results]}


def render(results: Iterable[Measured]) -> str:
    """The document as text."""
    return json.dumps(to_json(results), indent=1, ensure_ascii=False) + "\n"


def _loss(measured: Measured) -> dict[str, Any]:
    document: dict[str, Any] = _plain(asdict(measured))
    del document["trail"]  # it belongs to the finding, not to the measurement
    if document["cell"] is None:
        del document["cell"]
    return document


def _plain(value: Any) -> Any:
    if isinstance(value, float):
        return value if math.isfinite(value) else None
    if isinstance(value, dict):
        return {key: _plain(entry) for key, entry in value.items()}
    if isinstance(value, list | tuple):
        return [_plain(entry) for entry in value]
    return value
