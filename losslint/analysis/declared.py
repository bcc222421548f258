"""Shapes that the source declares: ``# losslint: inputs`` comments and jaxtyping annotations."""

from __future__ import annotations

import re

import libcst as cst

from .axes import BATCH, PLAIN, Axes, Axis, closed
from .degree import ONE, ZERO

_SHAPE = re.compile(r"\((?P<dims>[^()]*)\)")
_BATCH_WORDS = {"b", "n", "batch", "bs", "batch_size", "n_batch", "batchsize"}


def axes_of_spec(spec: str) -> Axes | None:
    """The axes of ``(N,4):int[0..9]``: ``N`` and its multiples are the batch. None if it gives no shape."""
    match = _SHAPE.match(spec.strip())
    if match is None:
        return None
    dims = [dim.strip() for dim in match["dims"].split(",") if dim.strip()]
    return closed(_axis(dim) for dim in dims)


def _axis(dim: str) -> Axis:
    if dim.isdigit():
        return Axis(size=int(dim))
    return Axis(ONE) if dim.upper().endswith("N") and (dim[:-1].isdigit() or len(dim) == 1) else PLAIN


def _named_axis(word: str) -> Axis:
    if word.isdigit():
        return Axis(size=int(word))
    return BATCH if word.lower() in _BATCH_WORDS else PLAIN


def axes_of_annotation(annotation: cst.BaseExpression | None) -> Axes | None:
    """The axes of ``Float[Tensor, "batch features"]``: the axis that is named like a batch is one."""
    if not isinstance(annotation, cst.Subscript) or len(annotation.slice) != 2:
        return None
    index = annotation.slice[1].slice
    if not isinstance(index, cst.Index) or not isinstance(index.value, cst.SimpleString):
        return None
    words = str(index.value.evaluated_value).split()
    if not any(word.lower() in _BATCH_WORDS for word in words):
        return None
    axes = [_named_axis(word) for word in words]
    if "..." in words:
        dots = words.index("...")
        return Axes(tuple(axes[:dots]), ZERO, tuple(axes[dots + 1 :]))
    return None if any(word.startswith("*") for word in words) else closed(axes)
