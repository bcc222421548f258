"""Findings and losses as bytes and back. What does not have their exact shape is not read.

Paths are left out: the same file is shown under another name from another directory.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import fields, replace
from typing import TypeVar

from losslint.cache.shard import Malformed, Unkeepable
from losslint.frozen import dataclass
from losslint.model import Finding, Loss, Span
from losslint.rules import _registry

T = TypeVar("T")

HERE = "\0"
"""Stands for the path at the beginning of a message."""


@dataclass(frozen=True, slots=True)
class Said:
    """What a user is told of one file."""

    findings: tuple[Finding, ...]
    warnings: tuple[str, ...]
    withheld: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Losses:
    """The losses of one file."""

    losses: tuple[Loss, ...]


def encode_said(said: Said, path: str) -> bytes:
    """Without the path. Raises Unkeepable."""
    if any(finding.path != path for finding in said.findings):
        raise Unkeepable("a finding of another file")
    return _encode(
        Said(
            tuple(replace(finding, path="") for finding in said.findings),
            tuple(_without(path, line) for line in said.warnings),
            tuple(_without(path, line) for line in said.withheld),
        )
    )


def decode_said(data: bytes, path: str) -> Said:
    """With the path by which the file is shown now. Raises Malformed."""
    said = _decode(data, Said)
    codes = _registry.codes()
    if not all(finding.code in codes and all(map(_is_place, _spans(finding))) for finding in said.findings):
        raise Malformed("no finding of losslint")
    return Said(
        tuple(replace(finding, path=path) for finding in said.findings),
        tuple(_with(path, line) for line in said.warnings),
        tuple(_with(path, line) for line in said.withheld),
    )


def encode_losses(losses: tuple[Loss, ...], path: str) -> bytes:
    """Without the path. Raises Unkeepable."""
    if any(loss.path != path for loss in losses):
        raise Unkeepable("a loss of another file")
    return _encode(Losses(tuple(replace(loss, path="") for loss in losses)))


def decode_losses(data: bytes, path: str) -> tuple[Loss, ...]:
    """With the path by which the file is shown now. Raises Malformed."""
    return tuple(replace(loss, path=path) for loss in _decode(data, Losses).losses)


def _encode(value: object) -> bytes:
    # To write needs no schema: the library that reads by one is loaded where something is read.
    return json.dumps(value, default=_fields, separators=(",", ":")).encode("ascii")


def _fields(value: object) -> dict[str, object]:
    return {field.name: getattr(value, field.name) for field in fields(value)}  # type: ignore[arg-type]


def _decode(data: bytes, kind: type[T]) -> T:
    import msgspec

    try:
        return msgspec.json.decode(data, type=kind)
    except (msgspec.MsgspecError, UnicodeError) as error:
        raise Malformed(str(error)) from None


def _spans(finding: Finding) -> Iterator[Span]:
    yield finding.span
    yield from (step.span for step in finding.trail)
    yield from (edit.span for edit in (finding.fix.edits if finding.fix is not None else ()))


def _is_place(span: Span) -> bool:
    return span.line > 0 and span.column > 0 and (span.end_line, span.end_column) >= (span.line, span.column)


def _without(path: str, line: str) -> str:
    return HERE + line[len(path) :] if line.startswith(path) else line


def _with(path: str, line: str) -> str:
    return path + line[len(HERE) :] if line.startswith(HERE) else line
