"""Which handler serves an entry of the operation tables. Importing this module registers all of them."""

from __future__ import annotations

from . import (
    mappers_control,
    mappers_loop,
    nested,
    operations_block,
    operations_contract,
    operations_create,
    operations_distribution,
    operations_einops,
    operations_loss,
    operations_shape,
    operations_stats,
)
from .mappers import MAPPERS, variant_of
from .operations import HANDLERS, VARIANTS, Handler
from .operations_shape import SHAPES
from .optable import Operation

HOWS: dict[str, frozenset[str]] = {
    "reduce": frozenset(
        [
            "sum",
            "mean",
            "prod",
            "max",
            "min",
            "any",
            "all",
            "argmax",
            "argmin",
            "count_nonzero",
            "var",
            "std",
            "ptp",
            "logsumexp",
            "norm",
            "half_square_sum",
        ]
    ),
    "map": frozenset(["linear", "homogeneous", "power", "step", "log", "exp", "nonlinear"]),
    "zip": frozenset(
        [
            "add",
            "subtract",
            "multiply",
            "divide",
            "floor_divide",
            "maximum",
            "minimum",
            "power",
            "squared_difference",
            "compare",
            "logical",
            "xlogy",
            "clip",
            "homogeneous",
            "nonlinear",
        ]
    ),
    "contract": frozenset(
        ["matmul", "dot", "tensordot", "einsum", "matvec", "trace", "outer", "batch_dot", "inner", "vdot"]
    ),
    "axiswise": frozenset(
        [
            "softmax",
            "log_softmax",
            "normalize",
            "sort",
            "argsort",
            "cumsum",
            "cumprod",
            "top_k",
            "cumlogsumexp",
            "rank",
        ]
    ),
    "sequence": frozenset({"add_n", "global_norm", "convert", "array"}),
    "constant": frozenset(
        ["zeros", "ones", "fill", "range", "eye", "random", "value", "like", "placeholder", "weights"]
    ),
    "loss": frozenset(
        ["last_axis", "elementwise", "sparse", "images", "all", "ratio", "pairwise", "average"]
    ),
    "loss_class": frozenset(["last_axis", "elementwise", "sparse", "images", "all", "ratio", "pairwise"]),
    "count": frozenset({"replicas", "plain"}),
    **dict.fromkeys(("moments", "wrapper", "gradient", "per_sample", "effect", "block"), frozenset({""})),
}
"""The variants that the handler of a kind knows by itself; others have handlers of their own."""


def handler_of(operation: Operation) -> Handler | None:
    """The handler of an entry.

    ``None`` for a variant nobody wrote: it must not pass for one that is known.
    """
    own = VARIANTS.get((operation.kind, operation.how))
    if own is not None:
        return own
    if operation.kind == "shape":
        return SHAPES.get(operation.how)
    return HANDLERS.get(operation.kind) if operation.how in HOWS.get(operation.kind, ()) else None


def handled(operation: Operation) -> bool:
    """Whether somebody has written what the entry does."""
    return (
        variant_of(operation) in MAPPERS if operation.kind == "mapper" else handler_of(operation) is not None
    )


__all__ = [
    "HOWS",
    "handled",
    "handler_of",
    "mappers_control",
    "mappers_loop",
    "nested",
    "operations_block",
    "operations_contract",
    "operations_create",
    "operations_distribution",
    "operations_einops",
    "operations_loss",
    "operations_shape",
    "operations_stats",
]
