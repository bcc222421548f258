"""Reading the batch size from a static shape: where it happened travels with the number (LL107)."""

from __future__ import annotations

from fractions import Fraction

from .joining import At, flawed
from .values import Kind, Tensor, Value


def read(at: At, value: Value) -> Value:
    """A dimension as it is read at a place: a batch size from a static shape remembers the place."""
    if (
        isinstance(value, Tensor)
        and value.static
        and value.count
        and not value.data
        and isinstance(value.degree, Fraction)
        and value.degree > 0
        and not any(flaw.kind is Kind.STATIC for flaw in value.flaws)
    ):
        return flawed(at, Kind.STATIC, value, "the batch size as the static shape has it")
    return value
