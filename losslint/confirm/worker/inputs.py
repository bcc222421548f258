"""Batches: drawn at random by kind, repeated, cut, and put together from two.

A batch is a list with an array (or a literal) per input. A spec says which axes of its array extend with N.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Callable

    from .wire import Array, Batch, Shape, Spec, Specs


def _axis_size(dim: int | str, n: int) -> int:
    if isinstance(dim, int):
        return dim
    factor = dim.replace("*", "").replace("N", "")
    return n * int(factor or 1)


def batch_axes(spec: Spec) -> list[int]:
    """Positions of the axes that extend with N."""
    return [axis for axis, dim in enumerate(spec["shape"]) if isinstance(dim, str)]


def _softmax(x: Array) -> Array:
    e = np.exp(x - x.max(axis=-1, keepdims=True))
    return e / e.sum(axis=-1, keepdims=True)


def _sigmoid(x: Array) -> Array:
    return 1.0 / (1.0 + np.exp(-x))


def _prob(rng: Any, shape: Shape, spec: Spec, scale: float, shift: float) -> Array:
    x = rng.normal(size=shape) * scale
    if not shape or shape[-1] == 1:
        return _sigmoid(x + shift)
    x[..., 0 if shift > 0 else -1] += abs(shift)
    return _softmax(x)


def _onehot(rng: Any, shape: Shape, spec: Spec, scale: float, shift: float) -> Array:
    return np.eye(shape[-1])[rng.integers(0, shape[-1], size=shape[:-1])]


def _boxes(rng: Any, shape: Shape, spec: Spec, scale: float, shift: float) -> Array:
    low, size = rng.uniform(0.0, 0.5, size=(2, *shape[:-1], shape[-1] // 2))
    return np.concatenate([low, low + size + 0.05], axis=-1)


def _unit(rng: Any, shape: Shape, spec: Spec, scale: float, shift: float) -> Array:
    x = rng.normal(size=shape)
    return x / np.linalg.norm(x, axis=-1, keepdims=True)


def _int(rng: Any, shape: Shape, spec: Spec, scale: float, shift: float) -> Array:
    return rng.integers(spec.get("low", 0), spec.get("high", 3) + 1, size=shape)


def _mask(rng: Any, shape: Shape, spec: Spec, scale: float, shift: float) -> Array:
    """Zeros and ones; the first entry of the innermost axis is kept, so that no sample is empty."""
    mask = (rng.uniform(size=shape) < 0.7) * 1.0
    if shape and shape[-1] > 1:
        mask[..., 0] = 1.0
    return mask


def _smooth(rng: Any, shape: Shape, spec: Spec, scale: float, shift: float) -> Array:
    """Images in (0, 1): noise blurred along the inner axes."""
    x = rng.normal(size=shape)
    for axis in range(1, max(1, len(shape) - 1)):
        x = (x + np.roll(x, 1, axis) + np.roll(x, -1, axis)) / 1.7
    return _sigmoid(x)


def _binary(rng: Any, shape: Shape, spec: Spec, scale: float, shift: float) -> Array:
    return (rng.uniform(size=shape) < _sigmoid(shift)) * 1.0


KINDS: dict[str, Any] = {
    "real": lambda rng, shape, spec, scale, shift: rng.normal(size=shape) * scale + shift,
    "positive": lambda rng, shape, spec, scale, shift: (
        (0.1 + rng.gamma(2.0, 0.5, shape)) * scale * 1.5**shift
    ),
    "prob": _prob,
    "unit-interval": lambda rng, shape, spec, scale, shift: _sigmoid(rng.normal(size=shape) * scale + shift),
    "binary": _binary,
    "sign": lambda *how: _binary(*how) * 2.0 - 1.0,
    "onehot": _onehot,
    "int": _int,
    "index": lambda rng, shape, spec, scale, shift: rng.integers(0, max(1, shape[0]), size=shape),
    "bool": lambda *how: _binary(*how) > 0.0,
    "mask": _mask,
    "box": _boxes,
    "unit": _unit,
    "image": _smooth,
    "zeros": lambda rng, shape, spec, scale, shift: np.zeros(shape),
    "ones": lambda rng, shape, spec, scale, shift: np.ones(shape),
}
EXACT_KINDS = {"int": "int32", "index": "int32", "size": "int32", "bool": "bool"}
# what a draw is like: its scale, and the shift of its predictions (kinks lie somewhere between up and down)
VARIANTS = {
    "unit": (1.0, 0.0),
    "small": (0.1, 0.0),
    "large": (10.0, 0.0),
    "up": (1.0, 3.0),
    "down": (1.0, -3.0),
    "fit": (1.0, 0.0),
}


def draw(specs: Specs, n: int, seed: int, variant: str, dtype: str) -> Batch:
    """A batch of n samples: one array per spec. Arrays without a batch axis are the same in every batch."""
    arrays = []
    for position, spec in enumerate(specs):
        if "value" in spec:
            arrays.append(spec["value"])
            continue
        if spec["kind"] == "size":
            arrays.append(np.asarray(n, spec.get("dtype") or "int32"))
            continue
        shape = tuple(_axis_size(dim, n) for dim in spec["shape"])
        rng = np.random.default_rng([seed if batch_axes(spec) else 0, position])
        scale, shift = VARIANTS[variant]
        if not batch_axes(spec):
            scale, shift = 1.0, 0.0
        elif spec["role"] != "prediction":
            shift = 0.0
        array = KINDS[spec["kind"]](rng, shape, spec, scale, shift)
        arrays.append(np.asarray(array, entry_type(spec, dtype)))
    return _fitted(specs, arrays) if variant == "fit" else arrays


def entry_type(spec: Spec, dtype: str) -> str:
    """The dtype of an input where floats are fed as ``dtype``."""
    stated = spec.get("dtype") or EXACT_KINDS.get(spec["kind"], "float")
    return dtype if stated == "float" else str(stated)


def _fitted(specs: Specs, arrays: Batch) -> Batch:
    """Predictions that almost equal the targets: what the loss is near its minimum."""
    targets = [a for a, s in zip(arrays, specs) if s["role"] == "target" and "value" not in s]
    fitted = list(arrays)
    for i, (array, spec) in enumerate(zip(arrays, specs)):
        if spec["role"] == "prediction" and spec.get("kind") == "real":
            for target in targets:
                if target.shape == array.shape and target.dtype == array.dtype:
                    fitted[i] = target + (1e-6 if array.dtype == "float64" else 1e-2) * array
    return fitted


def can_fit(specs: Specs) -> bool:
    """Whether some prediction has a target of its own shape and kind."""
    targets = [s["shape"] for s in specs if s["role"] == "target" and s.get("kind") == "real"]
    return any(s["role"] == "prediction" and s.get("kind") == "real" and s["shape"] in targets for s in specs)


def _per_axis(specs: Specs, arrays: Batch, change: Callable[[Array, list[int]], Array]) -> Batch:
    return [a if "value" in s else change(a, batch_axes(s)) for a, s in zip(arrays, specs)]


def replicate(specs: Specs, arrays: Batch, copies: int) -> Batch:
    """The batch with every sample repeated ``copies`` times (the whole batch, again and again)."""

    def tile(array: Array, axes: list[int]) -> Array:
        return np.tile(array, [copies if axis in axes else 1 for axis in range(array.ndim)])

    return _resized(specs, _per_axis(specs, arrays, tile), copies, 1)


def part(specs: Specs, arrays: Batch, start: int, stop: int, n: int) -> Batch:
    """Samples start..stop of a batch of n."""

    def cut(array: Array, axes: list[int]) -> Array:
        for axis in axes:
            unit = array.shape[axis] // n
            index = [slice(None)] * array.ndim
            index[axis] = slice(start * unit, stop * unit)
            array = array[tuple(index)]
        return array

    return _resized(specs, _per_axis(specs, arrays, cut), stop - start, n)


def _resized(specs: Specs, arrays: Batch, times: int, over: int) -> Batch:
    """Inputs that *are* the batch size follow it."""
    return [a * times // over if s.get("kind") == "size" else a for a, s in zip(arrays, specs)]


def graft(specs: Specs, kept: Batch, other: Batch, n: int) -> Batch:
    """The first half of the samples from ``kept``, the rest (and what lies between them) from ``other``."""
    grafted = []
    for spec, a, b in zip(specs, kept, other):
        if "value" not in spec and batch_axes(spec):
            index = half_of(a, batch_axes(spec), n)
            b = b.copy()
            b[index] = a[index]
        grafted.append(b)
    return grafted


def half_of(array: Array, axes: list[int], n: int) -> tuple[slice, ...]:
    """The index of the first half of the samples."""
    index = [slice(None)] * array.ndim
    for axis in axes:
        index[axis] = slice(0, (n // 2) * (array.shape[axis] // n))
    return tuple(index)
