"""Half precision: which casts begin and end it. What it does to a batch sum is told in ``reduce``."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace

from .values import Const, External, Tensor, Value

HALVES = {"float16": "float16", "half": "float16", "bfloat16": "bfloat16"}
CASTS = {"cast", "astype", "saturate_cast"}
FIXED = {
    "to_float": "float32",
    "to_double": "float64",
    "to_int32": "int32",
    "to_int64": "int64",
    "to_bfloat16": "bfloat16",
}
"""Casts whose name says the dtype."""


def held(name: str, args: Sequence[Value], kwargs: Mapping[str, Value], result: Value) -> Value:
    """The result of a call with the precision that it has, if the call (``name``) is a cast."""
    last = name.rpartition(".")[2]
    if not isinstance(result, Tensor) or (last not in CASTS and last not in FIXED):
        return result
    dtype = FIXED.get(last) or _dtype(kwargs.get("dtype", args[1] if len(args) > 1 else Const(None)))
    half = HALVES.get(dtype, "")
    return result if half == result.half else replace(result, half=half)


def _dtype(value: Value) -> str:
    """The name of a dtype, e.g. of ``tf.float16``; empty if it is not known, which ends half precision."""
    if isinstance(value, External):
        return value.name.rpartition(".")[2]
    return value.value if isinstance(value, Const) and isinstance(value.value, str) else ""
