"""One loss with one kind of inputs, as a function of a batch."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any

from .inputs import EXACT_KINDS, batch_axes

if TYPE_CHECKING:
    from collections.abc import Callable

    from .objects import Found
    from .wire import Array, Batch, Json, Specs, Step

ROUNDING = {"float64": 2e-6, "float32": 1e-4, "float16": 2e-2, "bfloat16": 5e-2}


class Run:
    """One loss with one plan of inputs; calling it gives the value and the gradients by what is watched.

    ``step`` computes them: op by op at first, and in a graph once that has been shown to give the same.
    """

    def __init__(self, found: Found, specs: Specs, step: Step, dtype: str) -> None:
        self.found, self.function, self.specs, self.step = found, found.function, specs, step
        self.dtype, self.out_dtype = dtype, dtype
        self.watched = watched(specs)
        self.shape: list[int] = []
        self.evaluations = 0

    def __call__(self, arrays: Batch) -> tuple[float, list[Array]]:
        shape, value, gradients, dtype = self.step(arrays)
        self.evaluations += 1
        # a tensor is read at once: its entries one by one are an operation each
        self.shape = [int(d) for d in (shape.numpy() if hasattr(shape, "numpy") else shape)]
        self.out_dtype = dtype
        return float(value), [g.numpy() for g in gradients]

    def tied(self, gradients: list[Array], copies: int) -> list[Array]:
        """Gradients summed over the copies of a sample: the weight that one *original* sample has."""
        result = []
        for i, g in zip(self.watched, gradients):
            for axis in batch_axes(self.specs[i]):
                size = g.shape[axis] // copies
                g = g.reshape(*g.shape[:axis], copies, size, *g.shape[axis + 1 :]).sum(axis=axis)
            result.append(g)
        return result


def watched(specs: Specs) -> list[int]:
    """The inputs to differentiate by: the predictions; if none is marked, whatever is a real number."""
    floats = [i for i, s in enumerate(specs) if "value" not in s and s["kind"] not in EXACT_KINDS]
    return [i for i in floats if specs[i]["role"] == "prediction"] or floats


def tolerance(run: Run) -> float:
    """Relative differences up to this are rounding."""
    kinds = [run.out_dtype if run.out_dtype in ROUNDING else run.dtype, run.dtype]
    return max(ROUNDING[kind] for kind in kinds)


def norm(gradients: list[Array]) -> float:
    """The Euclidean norm of all gradients together."""
    return math.sqrt(sum(float((g.astype("float64") ** 2).sum()) for g in gradients))


def adapter(function: Callable[..., Any], specs: Specs) -> Callable[[Batch], Any]:
    """From a flat list of inputs to the call: nested names (``y_pred.mu``) are put together again."""
    plan = [(s["name"].split("."), bool(s.get("keyword"))) for s in specs]

    def call(values: Batch) -> Any:
        tree: Json = {}
        keywords, order = set(), []
        for (path, keyword), value in zip(plan, values):
            node = tree
            if path[0] not in tree:
                order.append(path[0])
            if keyword:
                keywords.add(path[0])
            for key in path[:-1]:
                node = node.setdefault(key, {})
            node[path[-1]] = value
        whole = {name: _nest(tree[name]) for name in order}
        if isinstance(whole.get("data"), list):
            whole["data"] = tuple(whole["data"])  # Keras takes a list for one input of several parts
        args = [whole[name] for name in order if name not in keywords]
        return function(*args, **{name: whole[name] for name in order if name in keywords})

    return call


def _nest(node: Any) -> Any:
    if not isinstance(node, dict):
        return node
    items = {key: _nest(value) for key, value in node.items()}
    if not items or not all(key.isdigit() for key in items):
        return items
    return [items[key] for key in sorted(items, key=int)]


def shown(specs: Specs) -> str:
    """The inputs in a few words, for messages."""
    words = []
    for spec in specs:
        size = "(" + ",".join(str(dim) for dim in spec.get("shape", ())) + "):" + spec.get("kind", "")
        words.append(f"{spec['name']}={spec['value']!r}" if "value" in spec else f"{spec['name']}={size}")
    return " ".join(words)
