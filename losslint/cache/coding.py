"""Findings and losses as bytes and back. What does not have their exact shape is not read.

Paths are left out: the same file is shown under another name from another directory.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from dataclasses import fields, is_dataclass, replace
from enum import Enum
from functools import cache
from typing import Any, TypeVar

from losslint.cache.shard import Malformed, Unkeepable
from losslint.frozen import dataclass
from losslint.model import (
    Binding,
    Confirmation,
    Edit,
    Finding,
    Fix,
    Loss,
    Returns,
    Severity,
    Span,
    TrailStep,
    Verdict,
)
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
    return json.dumps(value, default=_values, separators=(",", ":")).encode("ascii")


def _values(value: object) -> list[object]:
    return [getattr(value, field.name) for field in fields(value)]  # type: ignore[arg-type]


def _decode(data: bytes, kind: type[T]) -> T:
    try:
        value: T = _reader(kind.__name__)(json.loads(data))
    except (ValueError, TypeError, RecursionError) as error:
        raise Malformed(str(error)) from None
    return value


@cache
def _reader(annotation: str) -> Callable[[Any], Any]:
    """What reads a value that is annotated so in ``losslint.model``. It raises ValueError or TypeError.

    There is a library for that, and to load it costs more than a run over a small tree of which everything is known.
    """
    if annotation.endswith(" | None"):
        inner = _reader(annotation.removesuffix(" | None"))
        return lambda value: None if value is None else inner(value)
    if annotation.startswith("tuple["):
        each = _reader(annotation[len("tuple[") : -len(", ...]")])
        return lambda values: tuple(map(each, _exactly(list, values)))
    kind = make = _KINDS[annotation]
    if not is_dataclass(kind):
        return kind if issubclass(kind, Enum) else lambda value: _exactly(kind, value)
    readers = [_reader(str(field.type)) for field in fields(kind)]
    return lambda values: make(
        *(read(value) for read, value in zip(readers, _exactly(list, values), strict=True))
    )


_KINDS: dict[str, Any] = {
    kind.__name__: kind
    for kind in (
        *(int, str, bool),
        *(Said, Losses, Finding, Severity, Span, TrailStep, Fix, Edit, Confirmation),
        *(Loss, Returns, Verdict, Binding),
    )
}


def _exactly(kind: type, value: Any) -> Any:
    if type(value) is not kind:
        raise TypeError(f"{kind.__name__} expected")
    return value


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
