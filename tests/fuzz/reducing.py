"""Reductions over axes written in every way, divisors, operations along an axis."""

# The spellings of an operation are a table: one row, one line.
# ruff: noqa: E501

from __future__ import annotations

from collections.abc import Sequence

from .draft import ONE, Draft, Shape, Var, entries, op

REDUCERS: dict[str, dict[str, tuple[str, ...]]] = {
    "sum": {"tf": ("tf.reduce_sum", "tf.math.reduce_sum"), "K": ("K.sum",), "ops": ("ops.sum",)},
    "mean": {"tf": ("tf.reduce_mean", "tf.math.reduce_mean"), "K": ("K.mean",), "ops": ("ops.mean",)},
    "max": {"tf": ("tf.reduce_max", "tf.math.reduce_max"), "K": ("K.max",), "ops": ("ops.max", "ops.amax")},
    "min": {"tf": ("tf.reduce_min",), "K": ("K.min",), "ops": ("ops.min",)},
    "var": {"tf": ("tf.math.reduce_variance",), "K": ("K.var",), "ops": ("ops.var",)},
    "std": {"tf": ("tf.math.reduce_std",), "K": ("K.std",), "ops": ("ops.std",)},
    "logsumexp": {"tf": ("tf.reduce_logsumexp",), "ops": ("ops.logsumexp",)},
    "prod": {"tf": ("tf.reduce_prod",), "K": ("K.prod",), "ops": ("ops.prod",)},
    "norm": {"tf": ("tf.norm", "tf.linalg.norm", "tf.math.reduce_euclidean_norm"), "ops": ("ops.norm",)},
}
WEIGHTS = (
    ("sum",) * 7 + ("mean",) * 7 + ("max", "min", "var", "var", "std", "logsumexp", "prod", "norm", "norm")
)


def over(draft: Draft, rank: int) -> tuple[int, ...]:
    """Which axes to reduce: all, the first, the last, others, several."""
    if rank <= 1:
        return tuple(range(rank))
    choice = draft.pick(("all", "all", "first", "last", "last", "but first", "but first", "some", "one"))
    if choice == "all":
        return tuple(range(rank))
    if choice == "first":
        return (0,)
    if choice == "last":
        return (rank - 1,)
    if choice == "but first":
        return tuple(range(1, rank))
    if choice == "one":
        return (draft.rng.randrange(rank),)
    return tuple(sorted(draft.rng.sample(range(rank), draft.rng.randint(1, rank))))


def axis_text(draft: Draft, axes: Sequence[int], rank: int, var: str) -> str:
    """The axes as an argument: ``, axis=…`` or positional; empty for all of them."""
    if len(axes) == rank and draft.chance(0.7):
        return draft.pick(("", "", "", ", axis=None"))
    written = [axis - rank if draft.chance(0.4) else axis for axis in axes]
    if draft.chance(0.2):
        draft.rng.shuffle(written)
    if tuple(axes) == tuple(range(1, rank)) and rank > 1 and draft.chance(0.3):
        value = draft.pick(
            (
                f"list(range(1, len({var}.shape)))",
                f"range(1, {rank})",
                f"tuple(range(1, {var}.shape.rank))",
                f"list(range(1, {rank}))",
                f"[i for i in range(1, {rank})]",
            )
        )
    elif len(written) == 1 and draft.chance(0.8):
        value = str(written[0])
    else:
        joined = ", ".join(map(str, written))
        value = f"[{joined}]" if draft.chance(0.5) else f"({joined}{',' if len(written) == 1 else ''})"
    return f", {value}" if draft.chance(0.25) else f", axis={value}"


def remaining(shape: Shape, axes: Sequence[int], keepdims: bool) -> Shape:
    """The shape after a reduction."""
    if keepdims:
        return tuple(ONE if at in axes else dim for at, dim in enumerate(shape))
    return tuple(dim for at, dim in enumerate(shape) if at not in axes)


def range_after(how: str, range_: str) -> str:
    """The range of a reduction's result."""
    if how in ("var", "std", "norm"):
        return "nonnegative"
    if how == "logsumexp":
        return "real"
    if how == "sum" and range_ == "unit":
        return "positive"
    return range_


@op(10)
def reduction(draft: Draft, var: Var | None = None, how: str = "") -> Var | None:
    var = var or draft.array()
    if var is None:
        return None
    how = how or draft.pick(WEIGHTS)
    if how in ("prod", "logsumexp") and var.heavy:
        return None
    names = REDUCERS[how].get(draft.dialect()) or REDUCERS[how]["tf"]
    name = draft.pick(names)
    axes = over(draft, var.rank)
    if how == "norm" and not name.endswith("euclidean_norm"):
        return _norm(draft, var, name, axes)
    if how not in ("sum", "mean") and all(var.shape[at] == ONE for at in axes):
        return None
    # A product of as many numbers as there are samples: of most that are computed, nothing is left or too much.
    if how == "prod" and var.text not in ("y_true", "y_pred") and any(var.shape[at][1] for at in axes):
        return None
    if how == "prod" and len(axes) > 1 and any(var.shape[at][1] == 0 for at in axes):
        axes = axes[-1:]
    keepdims = draft.chance(0.2)
    text = axis_text(draft, axes, var.rank, var.text)
    if draft.inline and "shape" in text:
        text = ", axis=-1" if axes == (var.rank - 1,) else ""
        axes = axes if text else tuple(range(var.rank))
    written = f"{name}({var.text}{text}{', keepdims=True' if keepdims else ''})"
    return draft.bind(
        written,
        remaining(var.shape, axes, keepdims),
        range_after(how, var.range),
        heavy=var.heavy or how == "prod",
    )


def _norm(draft: Draft, var: Var, name: str, axes: Sequence[int]) -> Var | None:
    """``tf.norm`` with its orders; a list of two axes would be a matrix norm."""
    if all(var.shape[at] == ONE for at in axes):
        return None
    order = draft.pick(("", "", ", ord=2", ", ord=1", ", ord='euclidean'", ", ord=np.inf"))
    if name == "ops.norm" and "euclidean" in order:
        order = ""
    if len(axes) == var.rank and var.rank > 1:
        axis, axes = "", tuple(range(var.rank))
        order = "" if name == "ops.norm" else order
    else:
        axes = axes[-1:]
        axis = f", axis={axes[0] - draft.pick((0, var.rank))}"
    keepdims = ", keepdims=True" if draft.chance(0.2) else ""
    shape = remaining(var.shape, axes, bool(keepdims))
    return draft.bind(f"{name}({var.text}{order}{axis}{keepdims})", shape, "nonnegative", heavy=var.heavy)


@op(0.5)
def moments(draft: Draft) -> Var | None:
    var = draft.array()
    if var is None or draft.inline:
        return None
    axes = over(draft, var.rank)
    keepdims = draft.chance(0.2)
    first, second = draft.name(), draft.name()
    line = f"{first}, {second} = tf.nn.moments({var.text}, axes={list(axes)}{', keepdims=True' if keepdims else ''})"
    shape = remaining(var.shape, axes, keepdims)
    draft.write([first, second], [line])
    mean = Var(first, shape, var.range, var.heavy)
    variance = Var(second, shape, "nonnegative", var.heavy)
    draft.variables += [mean, variance]
    return variance


@op(0.6)
def squared_length(draft: Draft) -> Var | None:
    """Sums in disguise: half the squares, a count of what a mask keeps."""
    var = draft.array()
    if var is None:
        return None
    if draft.chance(0.5):
        return draft.bind(f"tf.nn.l2_loss({var.text})", (), "nonnegative", heavy=var.heavy)
    form = draft.pick(
        (
            "tf.cast(tf.math.count_nonzero({0} > 0.0), tf.float64)",
            "tf.reduce_sum(tf.cast({0} > 0.0, tf.float64))",
            "tf.cast(tf.size(tf.boolean_mask({0}, {0} > 0.0)), tf.float64)",
        )
    )
    return draft.bind(f"({form.format(var.text)} + 1e-6)", (), "positive")


# --- divisors -----------------------------------------------------------------------------------------------


def count(draft: Draft, var: Var) -> tuple[str, int]:
    """A number of samples or entries as a float, and its power of N."""
    _, p = entries(var.shape)
    rows = [
        "tf.cast(tf.shape({0})[0], tf.float64)",
        "tf.cast(tf.shape({0})[0], {0}.dtype)",
        "float(len({0}))",
        "len({0})",
        "{0}.shape[0]",
        "tf.cast({0}.shape[0], tf.float64)",
        "K.cast(K.shape({0})[0], 'float64')",
        "ops.cast(ops.shape({0})[0], 'float64')",
        "tf.cast(tf.unstack(tf.shape({0}))[0], tf.float64)",
        "tf.cast(tf.shape(input={0}, out_type=tf.int64)[0], tf.float64)",
    ]
    everything = [
        "tf.cast(tf.size({0}), tf.float64)",
        "tf.cast(tf.size({0}), {0}.dtype)",
        "tf.reduce_sum(tf.ones_like({0}))",
        "tf.cast(tf.reduce_prod(tf.shape({0})), tf.float64)",
        "ops.cast(ops.size({0}), 'float64')",
    ]
    if draft.chance(0.6):
        return draft.pick(rows).format(var.text), var.shape[0][1]
    return draft.pick(everything).format(var.text), p


@op(4)
def normalised(draft: Draft) -> Var | None:
    """Something divided by a number of samples."""
    of = draft.array(lambda v: v.batches > 0 and v.text.isidentifier())
    if of is None:
        return None
    var = draft.variable()
    assert var is not None
    number, _ = count(draft, of)
    if not draft.inline and draft.chance(0.4):
        name = draft.name()
        draft.write([name], [f"{name} = {number}"])
        number = name
    form = draft.pick(
        (
            "({0} / {1})",
            "({0} / {1})",
            "({0} / {1})",
            "({0} * (1.0 / {1}))",
            "({0} / ({1} - 1))",
            "({0} / ({1} * ({1} - 1)))",
            "({0} * {1})",
            "({0} / tf.cast(tf.maximum({1}, 1), tf.float64))",
            "({0} / max({1}, 1))",
            "({0} / tf.sqrt(tf.cast({1}, tf.float64)))",
            "tf.math.divide_no_nan({0}, tf.cast({1}, tf.float64))",
            "({0} / ({1} ** 2))",
        )
    )
    return draft.bind(
        form.format(var.text, number),
        var.shape,
        "positive" if var.range == "unit" else var.range,
        heavy=var.heavy,
    )


@op(0.5)
def average_loss(draft: Draft) -> Var | None:
    var = draft.array(lambda v: v.shape[0][1] == 1)
    if var is None:
        return None
    return draft.bind(f"tf.nn.compute_average_loss({var.text})", (), var.range, heavy=var.heavy)


# --- along an axis ------------------------------------------------------------------------------------------

ALONG: list[tuple[str, str, tuple[str, ...]]] = [
    ("real", "same", ("(tf.nn.softmax({0}{1}) * {0})", "({0} * ops.softmax({0}{1}))", "(K.softmax({0}{1}) * {0})")),
    ("real", "unit", ("tf.nn.softmax({0}{1})", "ops.softmax({0}{1})", "K.softmax({0}{1})")),
    ("real", "real", ("tf.nn.log_softmax({0}{1})", "ops.log_softmax({0}{1})")),
    ("real", "real", ("tf.nn.l2_normalize({0}{1})", "tf.math.l2_normalize({0}{1})", "K.l2_normalize({0}{1})", "ops.normalize({0}{1})")),
    ("same", "same", ("tf.cumsum({0}{1})", "tf.math.cumsum({0}{1})", "K.cumsum({0}{1})", "ops.cumsum({0}{1})")),
    ("same", "same", ("tf.sort({0}{1})", "tf.sort({0}{1}, direction='DESCENDING')", "ops.sort({0}{1})")),
]  # fmt: skip
NO_AXIS = {"tf.nn.softmax": -1, "tf.nn.log_softmax": -1, "ops.softmax": -1, "ops.log_softmax": -1, "K.softmax": -1,
           "tf.nn.l2_normalize": None, "tf.math.l2_normalize": None, "K.l2_normalize": None, "ops.normalize": -1,
           "tf.cumsum": 0, "tf.math.cumsum": 0, "K.cumsum": 0, "tf.sort": -1, "ops.sort": -1}  # fmt: skip


@op(1.5)
def along(draft: Draft) -> Var | None:
    var = draft.array(lambda v: v.rank > 1 or v.batches > 0)
    if var is None:
        return None
    _, gives, forms = draft.pick(ALONG)
    form = draft.pick(forms)
    axis = draft.pick((0, -1, -1, var.rank - 1))
    name = next((name for name in NO_AXIS if f"{name}(" in form), "")
    if name == "K.softmax" and var.rank == 1:
        return None
    if name in NO_AXIS and draft.chance(0.3):
        return draft.bind(
            form.format(var.text, ""), var.shape, var.range if gives == "same" else gives, heavy=var.heavy
        )
    written = f", axis={axis}" if draft.chance(0.8) or "direction" in form else f", {axis}"
    range_ = var.range if gives == "same" else gives
    return draft.bind(
        form.format(var.text, written),
        var.shape,
        "positive" if range_ == "unit" and gives == "same" else range_,
        heavy=var.heavy,
    )


@op(0.4)
def top_k(draft: Draft) -> Var | None:
    var = draft.array(lambda v: v.shape[-1][0] >= 2 or v.shape[-1][1] > 0)
    if var is None:
        return None
    k = draft.pick((1, 2))
    shape = (*var.shape[:-1], (k, 0))
    if draft.inline or draft.chance(0.4):
        return draft.bind(f"tf.math.top_k({var.text}, k={k})[0]", shape, var.range, heavy=var.heavy)
    values, places = draft.name(), draft.name()
    named = Var(values, shape, var.range, var.heavy)
    draft.write([values, places], [f"{values}, {places} = tf.math.top_k({var.text}, k={k}, sorted=True)"])
    draft.variables.append(named)
    return named


__all__ = ["count", "over", "reduction"]
