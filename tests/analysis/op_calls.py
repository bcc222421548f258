"""Calling what the operation tables name: data, further arguments, comparisons."""

from __future__ import annotations

import inspect
from typing import Any

import pytest
from op_names import installed, real

from losslint.analysis.optable import builtin_table

np = pytest.importorskip("numpy")

Array = Any
rng = np.random.default_rng(7)
POSITIVE = rng.uniform(0.15, 0.85, (6, 4))
LARGE = POSITIVE + 1.5
SIGNED = rng.normal(size=(6, 4))


# Arguments beyond the data, by name (the last part is enough where all namesakes agree).
EXTRA: dict[str, dict[str, Any]] = {
    "cast": {"dtype": "float64"},
    "saturate_cast": {"dtype": "float64"},
    "convert_image_dtype": {"dtype": "float64"},
    "random.dropout": {"rate": 0.0},
    "check_numerics": {"message": ""},
    "assert_all_finite": {"message": ""},
    "nn.dropout": {"rate": 0.0},
    "backend.dropout": {"level": 0.0},
    "ops.threshold": {"threshold": 0.4, "default_value": 0.1},
    "activations.threshold": {"threshold": 0.4, "default_value": 0.1},
    "digitize": {"bins": np.array([0.3, 0.6])},
    "quantile": {"q": 0.5},
    "nanquantile": {"q": 0.5},
    "percentile": {"q": 50.0},
    "nanpercentile": {"q": 50.0},
    "top_k": {"k": 2},
    "argpartition": {"kth": 1},
    "soft_threshold": {"threshold": 0.3},
    "stats.percentile": {"q": 50.0, "interpolation": "midpoint"},
}
# What needs more than generic data, and is read rather than measured.
SKIPPED = {
    "tensorflow.parallel_stack": "graph mode",
    "tensorflow.image.random_brightness": "draws",
    "tensorflow.image.random_contrast": "draws",
    "tensorflow.image.random_hue": "draws",
    "tensorflow.image.random_saturation": "draws",
    "tensorflow.random.categorical": "draws; tested by itself",
    "tensorflow.nn.compute_average_loss": "tested by itself",
    "tensorflow.sparse.reduce_sum": "sparse",
    "tensorflow.sparse.reduce_max": "sparse",
    "tensorflow.approx_top_k": "raw operation",
    "tensorflow.math.approx_max_k": "single precision only",
    "tensorflow.math.approx_min_k": "single precision only",
    "tensorflow.guarantee_const": "graph mode",
    "keras.backend.eval": "graph mode",
    "keras.backend.to_dense": "sparse",
    "tensorflow.complex": "complex",
}
# numpy's scalar types convert, and round as they do.
DTYPES = ("float16", "float32", "float64", "int8", "int16", "int32", "int64", "bool_")


def extras(name: str) -> dict[str, Any]:
    last_two = ".".join(name.split(".")[-2:])
    return EXTRA.get(last_two) or EXTRA.get(name.rpartition(".")[2], {})


def given(name: str, value: Any) -> Any:
    """The argument as the callable wants it: some of Keras 2's backend take nothing but tensors."""
    if isinstance(value, list):
        return [given(name, item) for item in value]
    return (
        real("tensorflow.constant")(value)
        if name.startswith("keras.backend.") and hasattr(value, "shape")
        else value
    )


def run(name: str, *args: Any, **kwargs: Any) -> Array:
    """The value as a numpy array; the first of several. Keyword spellings follow the real signature."""
    result = real(name)(*(given(name, value) for value in args), **{**extras(name), **kwargs})
    if isinstance(result, (tuple, list)):
        result = result[0]
    return np.asarray(result)


def named(*kinds: str, hows: tuple[str, ...] = ()) -> list[Any]:
    """Test parameters: every name of these kinds that is there to be called."""
    return [
        pytest.param(name, operation, id=name)
        for name, operation in builtin_table().operations.items()
        if operation.kind in kinds
        and (not hows or operation.how in hows)
        and installed(name)
        and not operation.get("legacy")
        and name not in SKIPPED
        and name.rpartition(".")[2] not in DTYPES
    ]


def keyword(name: str, role: str) -> str:
    """What the callable itself calls that role."""
    places = inspect.signature(real(name)).parameters
    table = builtin_table()
    return next(place for place in places if place == role or place in table.synonyms.get(role, ()))


def finite(name: str, *candidates: Array) -> Array:
    """The first of the candidate inputs on which the function is defined."""
    for candidate in candidates:
        with np.errstate(all="ignore"):
            value = run(name, candidate)
            doubled = run(name, 2 * candidate)
        if np.all(np.isfinite(value)) and np.all(np.isfinite(doubled)):
            return candidate
    raise AssertionError(f"{name} is not finite on any candidate")


def close(a: Array, b: Array) -> bool:
    return np.shape(a) == np.shape(b) and np.allclose(
        np.asarray(a, complex), np.asarray(b, complex), rtol=1e-5, atol=1e-7
    )


def scaling(small: Array, large: Array) -> float | None:
    """The power of two between two arrays, if it is the same everywhere."""
    with np.errstate(all="ignore"):
        ratio = np.log2(np.abs(np.asarray(large, float) / np.asarray(small, float)))
    if np.isposinf(ratio).any():
        return None  # nothing became something
    ratio = ratio[np.isfinite(ratio)]
    return float(np.median(ratio)) if ratio.size and np.ptp(ratio) < 1e-4 else None
