"""Any operation of the tables that takes one or two tensors and nothing else."""

from __future__ import annotations

import functools
from fractions import Fraction

from losslint.analysis.optable import REQUIRED, Operation, builtin_table

from .draft import Draft, Var, broadcast, op
from .elementwise import partner
from .reducing import axis_text, over, range_after, remaining

ROOTS = {"tensorflow.": "tf.", "keras.ops.": "ops.", "keras.activations.": "keras.activations."}
# What draws, or wants other types than a program's values have.
NOT_FOR_THIS = (
    "random", "dropout", "check", "assert", "bitwise", "logical", "is_", "isnan", "isinf", "isfinite",
    "complex", "real", "imag", "angle", "conj", "saturate", "convert", "digitize", "arg", "nan", "any",
    "all", "sparse", "approx", "raw", "guarantee", "cast", "mod", "print", "equal", "greater", "less",
    "not", "histogram", "bincount", "shift", "gcd", "lcm", "scale_regularization", "percentile", "quantile",
    "count", "threshold", "isneg", "ispos", "bias_add", "scalar_mul", "nextafter", "sequence", "quantize",
    "ldexp", "polar", "view",
    # not finite on the values it would get, or too large
    "acosh", "arccosh", "igamma", "zeta", "polygamma", "betainc", "power", "prod",
)  # fmt: skip


@functools.cache
def names(kind: str) -> tuple[tuple[str, Operation], ...]:
    """The tables' names of a kind, as a program spells them, that need no more than their tensors."""
    wanted = {"map": {"x"}, "reduce": {"x"}, "zip": {"x", "y"}}[kind]
    found = []
    for name, operation in sorted(builtin_table().operations.items()):
        root = next((root for root in ROOTS if name.startswith(root)), None)
        last = name.rpartition(".")[2]
        if (
            root is None
            or ".sparse." in name
            or operation.kind != kind
            or operation.get("legacy")
            or name.count(".") > 2
        ):
            continue
        required = {role for role, default in operation.signature.roles if default is REQUIRED}
        keeps = kind != "reduce" or {"axis", "keepdims"} <= {role for role, _ in operation.signature.roles}
        if required == wanted and keeps and not any(word in last for word in NOT_FOR_THIS):
            found.append((ROOTS[root] + name.removeprefix(root), operation))
    return tuple(found)


def takes(operation: Operation) -> str:
    """The range on which it is surely defined."""
    exponent = Fraction(operation.get("exponent", 1))
    if operation.how in ("log", "xlogy") or (
        operation.how == "power" and (exponent < 0 or exponent.denominator > 1)
    ):
        return "positive"
    return {"nonlinear": "unit", "divide": "positive"}.get(operation.how, "real")


@op(1.5)
def tabled_map(draft: Draft) -> Var | None:
    name, operation = draft.pick(names("map"))
    needed = takes(operation)
    var = draft.variable(
        lambda v: v.range == needed or needed == "real" or (needed == "positive" and v.range == "unit")
    )
    if var is None or (operation.how == "homogeneous" and var.range != "real"):
        return None
    return draft.bind(f"{name}({var.text})", var.shape, "real", heavy=True)


@op(1)
def tabled_zip(draft: Draft) -> Var | None:
    name, operation = draft.pick(names("zip"))
    if operation.how not in ("add", "subtract", "multiply", "divide", "squared_difference", "xlogy"):
        return None
    var = draft.variable()
    other = var and partner(draft, var, takes(operation))
    if var is None or other is None or var.text == other.text:
        return None
    shape = broadcast(var.shape, other.shape)
    assert shape is not None
    return draft.bind(f"{name}({var.text}, {other.text})", shape, "real", heavy=var.heavy or other.heavy)


@op(1.5)
def tabled_reduction(draft: Draft) -> Var | None:
    name, operation = draft.pick(names("reduce"))
    var = draft.array(lambda v: not v.heavy)
    if var is None or draft.inline:
        return None
    axes = over(draft, var.rank)
    if any(var.shape[at] == (1, 0) for at in axes) or (operation.how == "norm" and len(axes) > 1):
        return None
    keepdims = draft.chance(0.2)
    axis = axis_text(draft, axes, var.rank, var.text)
    if operation.how == "norm" and axis and "axis=" not in axis:  # the order comes first
        return None
    written = f"{name}({var.text}{axis}{', keepdims=True' if keepdims else ''})"
    return draft.bind(written, remaining(var.shape, axes, keepdims), range_after(operation.how, var.range))
