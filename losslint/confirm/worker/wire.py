"""Names of what is passed around; for readers and type checkers only."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

Json = dict[str, Any]
Spec = dict[str, Any]  # one input, as ``specs.InputSpec.to_wire`` writes it
Specs = list[Spec]
Array = Any  # numpy.ndarray; numpy comes with the framework
Batch = list[Any]  # one array or literal per spec
Shape = tuple[int, ...]
Step = Callable[[Batch], tuple[Any, Any, Any, str]]  # to shape, value, gradients, dtype of the result
