"""From a dotted name in the operation tables to the object it names."""

from __future__ import annotations

import importlib.util
from typing import Any

ROOTS = {
    "tensorflow": ("tensorflow",),
    "keras": ("keras", "tensorflow.keras"),  # Keras 3 keeps the backend of Keras 2 under tf.keras only
    "numpy": ("numpy",),
    "einops": ("einops",),
    "tensorflow_probability": ("tensorflow_probability",),
}


def installed(name: str) -> bool:
    """Whether the library of that name is here; ``Tensor.`` and ``Distribution.`` stand for no library."""
    root = name.split(".")[0]
    return root in ROOTS and importlib.util.find_spec(root) is not None


def real(name: str) -> Any:
    """The object of that dotted name; ``()`` at its end is dropped. Raises LookupError."""
    root, *rest = name.removesuffix("()").split(".")
    for module in ROOTS[root]:
        try:
            value: Any = importlib.import_module(module)
            for part in rest:
                value = getattr(value, part)
        except (AttributeError, ImportError):
            continue
        return value
    raise LookupError(name)
