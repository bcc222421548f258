"""What the operation tables claim, measured: every entry that generic data fits is run and checked.

A claim is about batches, so it is checked on a batch: how a value scales, what it is under replication, which
axes it keeps, and that entry ``i`` depends on sample ``i`` alone where the table says so.
"""

from __future__ import annotations

from collections.abc import Callable
from fractions import Fraction
from itertools import pairwise

import pytest
from op_calls import (
    LARGE,
    POSITIVE,
    SIGNED,
    Any,
    Array,
    close,
    finite,
    given,
    keyword,
    named,
    np,
    real,
    rng,
    run,
    scaling,
)

from losslint.analysis.optable import REQUIRED, Operation

pytestmark = pytest.mark.tensorflow

# ---------------------------------------------------------------------------- element by element


BOOLEAN = ("logical_not", "numpy.bitwise_not", "invert")
INTEGER = ("bitwise_not", "bitwise_invert")


@pytest.mark.parametrize(("name", "operation"), named("map"))
def test_map(name: str, operation: Operation) -> None:
    if name.rpartition(".")[2] in BOOLEAN:
        assert run(name, SIGNED > 0).dtype == bool
        return
    if name.rpartition(".")[2] in INTEGER:
        assert scaling(run(name, np.arange(1, 9)), run(name, 2 * np.arange(1, 9))) is None
        return
    x = finite(name, POSITIVE, LARGE, POSITIVE / 3)
    if operation.how != "nonlinear":
        x = finite(name, SIGNED, POSITIVE) if operation.how in ("linear", "homogeneous", "step") else x
    value, doubled = run(name, x), run(name, 2 * x)
    assert close(run(name, x[:2]), value[:2]), "an entry depends on other entries"
    if operation.how == "linear":
        assert close(doubled, 2 * value) and close(run(name, x + POSITIVE), value + run(name, POSITIVE))
    elif operation.how == "homogeneous":
        assert close(doubled, 2 * value) and not close(run(name, -x), -value)
    elif operation.how == "power":
        assert scaling(value, doubled) == pytest.approx(float(Fraction(operation.get("exponent"))))
    elif operation.how == "step":
        assert close(doubled, value)
    elif operation.how == "log":
        assert (np.ptp(doubled - value) < 1e-6) != bool(operation.get("shift"))
    else:
        wide = finite(name, np.linspace(-3, 9, 49), np.linspace(0.05, 0.45, 9), np.linspace(1.05, 4, 9))
        assert scaling(run(name, wide), run(name, 2 * wide)) is None, "it is homogeneous"


@pytest.mark.parametrize(
    ("name", "operation"), [p for p in named("map") if not p.values[1].get("gradient", True)]
)
def test_no_gradient_comes_back(name: str, operation: Operation) -> None:
    import tensorflow as tf

    if name.endswith((*INTEGER, "digitize")):
        return  # works on integers, or gives them: there is nothing to differentiate

    x = tf.Variable(POSITIVE)
    with tf.GradientTape() as tape:
        value = tf.reduce_sum(real(name)(x) * tf.constant(POSITIVE))
    assert tape.gradient(value, x) is None


ZIPS: dict[str, Callable[..., Array]] = {
    "add": np.add,
    "subtract": np.subtract,
    "multiply": np.multiply,
    "divide": np.divide,
    "floor_divide": np.floor_divide,
    "maximum": np.maximum,
    "minimum": np.minimum,
    "power": np.power,
    "squared_difference": lambda x, y: (x - y) ** 2,
    "xlogy": lambda x, y: x * np.log(y),
    "clip": np.clip,
}
SHIFTS = ("left_shift", "right_shift", "bitwise_left_shift", "bitwise_right_shift")
INTEGERS = (*SHIFTS, "bitwise_and", "bitwise_or", "bitwise_xor", "truncatediv", "truncatemod")
# Operands that suit the function; everything else takes (POSITIVE, LARGE).
OPERANDS: dict[str, tuple[Any, ...]] = {
    "bias_add": (POSITIVE, LARGE[0]),
    "scalar_mul": (0.7, POSITIVE),
    "polygamma": (np.round(LARGE), POSITIVE),
    "zeta": (LARGE, POSITIVE),
    "ldexp": (POSITIVE, np.round(3 * LARGE).astype("int64")),
} | dict.fromkeys(INTEGERS, ((10 * LARGE).astype("int64"), np.round(3 * LARGE + SIGNED).astype("int64")))


@pytest.mark.parametrize(("name", "operation"), named("zip"))
def test_zip(name: str, operation: Operation) -> None:
    last = name.rpartition(".")[2]
    if operation.how == "logical":
        assert run(name, SIGNED > 0, POSITIVE > 0.5).dtype == bool
        return
    arguments = (POSITIVE, 0.3, 0.6) if operation.how == "clip" else OPERANDS.get(last, (POSITIVE, LARGE))
    value = run(name, *arguments)
    if operation.how in ZIPS:
        assert close(value, ZIPS[operation.how](*arguments))
    elif operation.how == "compare":
        assert value.dtype == bool
    else:
        twice = run(name, *(2 * a for a in arguments))
        power = scaling(value, twice)
        if operation.how == "homogeneous":
            assert power == pytest.approx(operation.get("exponent", 1), abs=1e-6)
        else:
            assert power is None or last in ("bitwise_and", "bitwise_or", "bitwise_xor"), "it is homogeneous"


# ---------------------------------------------------------------------------- reductions

REDUCTIONS: dict[str, tuple[Callable[..., Array], str]] = {
    "sum": (np.sum, "1"),
    "mean": (np.mean, "0"),
    "max": (np.max, "0"),
    "min": (np.min, "0"),
    "any": (np.any, "0"),
    "all": (np.all, "0"),
    "argmax": (np.argmax, "0"),
    "argmin": (np.argmin, "0"),
    "count_nonzero": (np.count_nonzero, "1"),
    "var": (np.var, "0"),
    "std": (np.std, "0"),
    "median": (np.median, "0"),
    "norm": (lambda x, **k: np.sqrt(np.sum(np.square(x), **k)), "1/2"),
    "half_square_sum": (lambda x, **k: np.sum(np.square(x), **k) / 2, "1"),
    "logsumexp": (lambda x, **k: np.log(np.sum(np.exp(x), **k)), "mixed"),
    "logmeanexp": (lambda x, **k: np.log(np.mean(np.exp(x), **k)), "0"),
    "prod": (np.prod, "mixed"),
}
# These scale and couple as what they are filed under, and are something else.
OWN_VALUE = {
    "numpy.ptp",
    "keras.ops.ptp",
    "keras.ops.sparsemax",
    "keras.activations.sparsemax",
    "keras.ops.argpartition",
}


@pytest.mark.parametrize(("name", "operation"), named("reduce", hows=tuple(REDUCTIONS)))
def test_reduce(name: str, operation: Operation) -> None:
    reference, degree = REDUCTIONS[operation.how]
    x = LARGE > 2 if operation.how in ("any", "all") else LARGE
    roles = dict(operation.signature.roles)
    if "axis" in roles:
        axis = keyword(name, "axis")
        default = roles["axis"]
        if name not in OWN_VALUE:
            assert default is REQUIRED or close(run(name, x), reference(x, axis=default)), "the default axis"
            for over in (0, -1):
                assert close(run(name, x, **{axis: over}), reference(x, axis=over))
        copies = [run(name, np.concatenate([x] * k), **{axis: 0}) for k in (1, 2, 4)]
        if "keepdims" in roles:
            assert run(name, x, **{axis: 0, keyword(name, "keepdims"): True}).shape == (1, 4)
    else:
        assert close(run(name, x), reference(x))
        copies = [run(name, np.concatenate([x] * k)) for k in (1, 2, 4)]
    if degree == "mixed":
        ratios = [np.log2(np.abs(b / a)) for a, b in pairwise(copies)]
        assert not close(*ratios) or operation.how == "logsumexp"
        assert operation.how != "logsumexp" or close(
            copies[1] - copies[0], np.full_like(copies[0], np.log(2))
        )
    else:
        for k, value in zip((1, 2, 4), copies, strict=True):
            assert close(value, copies[0] * k ** float(Fraction(degree)))


@pytest.mark.parametrize(("name", "operation"), named("moments"))
def test_moments(name: str, operation: Operation) -> None:
    extra = {"frequency_weights": np.ones_like(POSITIVE)} if name.endswith("weighted_moments") else {}
    mean, variance = real(name)(POSITIVE, axes=[0], **extra)
    assert close(mean, POSITIVE.mean(0)) and close(variance, POSITIVE.var(0))


# ---------------------------------------------------------------------------- along an axis

ALONG: dict[str, Callable[[Array, Array, int], bool]] = {
    "softmax": lambda x, y, a: close(y.sum(a), np.ones_like(y.sum(a))),
    "log_softmax": lambda x, y, a: close(np.exp(y).sum(a), np.ones_like(y.sum(a))),
    "normalize": lambda x, y, a: y.shape == x.shape,
    "sort": lambda x, y, a: close(y, np.sort(x, a)),
    "argsort": lambda x, y, a: close(np.sort(y, a), np.argsort(np.sort(x, a), a)),  # a permutation
    "cumsum": lambda x, y, a: close(y, np.cumsum(x, a)),
    "cumprod": lambda x, y, a: close(y, np.cumprod(x, a)),
    "cumlogsumexp": lambda x, y, a: close(y, np.log(np.cumsum(np.exp(x), a))),
    "top_k": lambda x, y, a: close(y, -np.sort(-x, a)[..., :2]),
    "diff": lambda x, y, a: close(y, np.diff(x, axis=a)),
}


@pytest.mark.parametrize(("name", "operation"), named("axiswise"))
def test_axiswise(name: str, operation: Operation) -> None:
    roles = dict(operation.signature.roles)
    default = operation.get("axis", roles.get("axis"))
    value, changed = run(name, SIGNED), SIGNED.copy()
    if default is None:
        flat = value.reshape(-1)
        assert ALONG[operation.how](SIGNED.reshape(-1), flat, 0)
        changed[-1] *= 3
        if operation.how == "normalize":
            assert not close(run(name, changed)[0], value[0]), "the whole tensor is one vector"
    else:
        assert name in OWN_VALUE or ALONG[operation.how](SIGNED, value, default)
        changed[1 if default == -1 else slice(None), slice(None) if default == -1 else 1] *= 3
        index = (0, slice(None)) if default == -1 else (slice(None), 0)
        assert close(run(name, changed)[index], value[index]), "it mixes more than the axis"
    if operation.how == "normalize":
        assert np.allclose(run(name, 2 * SIGNED), value, atol=0.02), "scale-free"
        assert default is REQUIRED or value.shape == SIGNED.shape


# ---------------------------------------------------------------------------- contractions and segments

A, B = SIGNED, SIGNED.T.copy()
CUBE = rng.uniform(0.2, 0.9, (3, 4, 4))
CONTRACTIONS: dict[str, tuple[tuple[Any, ...], Array]] = {
    "matmul": ((A, B), A @ B),
    "dot": ((A, B), A @ B),
    "inner": ((A, A), A @ A.T),
    "vdot": ((A, A), np.sum(A * A)),
    "outer": ((A[0], A[1]), np.outer(A[0], A[1])),
    "tensordot": ((A, B, 1), A @ B),
    "matvec": ((A, A[0]), A @ A[0]),
    "einsum": (("ij,kj->ik", A, A), A @ A.T),
    "einops_einsum": ((A, A, "i j, k j -> i k"), A @ A.T),
    "cdist": ((A, A), np.linalg.norm(A[:, None] - A[None], axis=-1)),
    "batch_dot": ((A, A), np.sum(A * A, -1, keepdims=True)),
}


@pytest.mark.parametrize(("name", "operation"), named("contract"))
def test_contract(name: str, operation: Operation) -> None:
    if operation.how == "trace":
        signature = dict(operation.signature.roles)
        first, second = signature.get("axis1", -2), signature.get("axis2", -1)
        assert close(run(name, CUBE), np.trace(CUBE, axis1=first, axis2=second))
        return
    arguments, expected = CONTRACTIONS[operation.how]
    value = run(name, *arguments)
    if operation.how == "cdist":
        assert np.allclose(value, expected, atol=1e-3)
    else:
        assert close(value, expected)


@pytest.mark.parametrize(("name", "operation"), named("segment"))
def test_segment(name: str, operation: Operation) -> None:
    ids = np.array([0, 0, 1, 1, 2, 2])
    extra = {"num_segments": 3} if "num" in dict(operation.signature.roles) else {}
    reference = getattr(np, operation.how)
    assert close(run(name, SIGNED, ids, **extra), reference(SIGNED.reshape(3, 2, 4), axis=1))


# ---------------------------------------------------------------------------- shapes

ROWS, SQUARE, BITS = np.array([0, 2]), SIGNED[:4], SIGNED > 0
# How to call the variant, and what numpy makes of it, given the default axis of the entry.
SHAPES: dict[str, tuple[tuple[Any, ...], Callable[[Any], Array]]] = {
    "reshape": ((SIGNED, (4, 6)), lambda axis: SIGNED.reshape(4, 6)),
    "flatten": ((CUBE,), lambda axis: CUBE.reshape(-1)),
    "batch_flatten": ((CUBE,), lambda axis: CUBE.reshape(3, -1)),
    "expand_dims": ((SIGNED, 0), lambda axis: SIGNED[None]),
    "squeeze": ((SIGNED[:, None], 1), lambda axis: SIGNED),
    "transpose": ((CUBE,), lambda axis: CUBE.transpose()),
    "permute": ((CUBE, (1, 0, 2)), lambda axis: CUBE.transpose(1, 0, 2)),
    "moveaxis": ((CUBE, 0, 2), lambda axis: np.moveaxis(CUBE, 0, 2)),
    "stack": (([SIGNED, SIGNED],), lambda axis: np.stack([SIGNED] * 2, axis)),
    "tile": ((SIGNED, (2, 1)), lambda axis: np.tile(SIGNED, (2, 1))),
    "repeat": ((SIGNED, 2, 0), lambda axis: np.repeat(SIGNED, 2, 0)),
    "gather": ((SIGNED, ROWS), lambda axis: np.take(SIGNED, ROWS, axis)),
    "gather_nd": ((SIGNED, ROWS[:, None]), lambda axis: SIGNED[ROWS]),
    "boolean_mask": ((SIGNED, BITS[:, 0]), lambda axis: SIGNED[BITS[:, 0]]),
    "where": ((BITS, SIGNED, POSITIVE), lambda axis: np.where(BITS, SIGNED, POSITIVE)),
    "one_hot": ((ROWS, 3), lambda axis: np.eye(3)[ROWS]),
    "pad": ((SIGNED, [[1, 1], [0, 0]]), lambda axis: np.pad(SIGNED, ((1, 1), (0, 0)))),
    "numpy_diag": ((SIGNED[0],), lambda axis: np.diag(SIGNED[0])),
    "diag": ((SIGNED[0],), lambda axis: np.diag(SIGNED[0])),
    "slice": ((SIGNED, [1, 0], [2, 3]), lambda axis: SIGNED[1:3, :3]),
    "broadcast_to": ((SIGNED[0], (6, 4)), lambda axis: np.broadcast_to(SIGNED[0], (6, 4))),
    "roll": ((SIGNED, 2, 0), lambda axis: np.roll(SIGNED, 2, 0)),
    "size_of": ((SIGNED,), lambda axis: np.array(24)),
    "rank_of": ((SIGNED,), lambda axis: np.array(2)),
    "ensure_shape": ((SIGNED, (6, 4)), lambda axis: SIGNED),
    "meshgrid": ((SIGNED[0], SIGNED[1]), lambda axis: np.meshgrid(SIGNED[0], SIGNED[1])[0]),
    "take_along": ((SIGNED, np.argsort(SIGNED, -1), -1), lambda axis: np.sort(SIGNED, -1)),
    "repeat_vector": ((SIGNED, 3), lambda axis: np.repeat(SIGNED[:, None], 3, 1)),
    "einops_rearrange": ((SIGNED, "a b -> b a"), lambda axis: SIGNED.T),
}


@pytest.mark.parametrize(("name", "operation"), named("shape", hows=tuple(SHAPES)))
def test_shape(name: str, operation: Operation) -> None:
    arguments, expected = SHAPES[operation.how]
    if name.endswith("sequence_mask"):
        assert run(name, np.array([1, 3]), 3).tolist() == [[True, False, False], [True] * 3]
        return
    value = np.asarray(real(name)()(arguments[0])) if name.endswith("()") else run(name, *arguments)
    roles = dict(operation.signature.roles)
    axis = operation.get("axis", roles.get("axis", 0))
    # NumPy's None takes from everything in one row, TensorFlow's is the first axis behind the batch dimensions.
    assert close(value, expected(0 if axis is None and "batch_dims" in roles else axis))


@pytest.mark.parametrize(("name", "operation"), named("shape", hows=("shape_of", "static_shape_of")))
def test_shape_of(name: str, operation: Operation) -> None:
    assert [int(length) for length in real(name)(given(name, SIGNED))] == [6, 4]


@pytest.mark.parametrize(("name", "operation"), named("shape", hows=("concat",)))
def test_concat(name: str, operation: Operation) -> None:
    axis = operation.get("axis", dict(operation.signature.roles).get("axis"))
    extra = {"axis": 1} if axis is REQUIRED else {}
    assert close(
        run(name, [CUBE, CUBE], **extra), np.concatenate([CUBE, CUBE], 1 if axis is REQUIRED else axis)
    )


@pytest.mark.parametrize(("name", "operation"), named("shape", hows=("split", "unstack")))
def test_split(name: str, operation: Operation) -> None:
    axis = operation.get("axis", dict(operation.signature.roles).get("axis"))
    parts = real(name)(CUBE, 3 if axis == 0 else 2) if operation.how == "split" else real(name)(CUBE)
    expected = np.split(CUBE, 3 if axis == 0 else 2, axis) if operation.how == "split" else list(CUBE)
    assert all(close(part, whole) for part, whole in zip(parts, expected, strict=True))


@pytest.mark.parametrize(
    ("name", "operation"), named("shape", hows=("diag_part", "swapaxes", "reverse", "update"))
)
def test_which_axes(name: str, operation: Operation) -> None:
    roles = dict(operation.signature.roles)
    first, second = (
        operation.get(role, roles.get(role, default)) for role, default in (("axis1", -2), ("axis2", -1))
    )
    if operation.how == "diag_part":
        cube = SQUARE if "tensor_diag" in name else CUBE
        assert close(run(name, cube), np.diagonal(cube, axis1=first, axis2=second))
    elif operation.how == "swapaxes":
        axes = () if first == -2 else (0, 2)
        assert close(run(name, CUBE, *axes), np.swapaxes(CUBE, *(axes or (first, second))))
    elif operation.how == "reverse":
        axis = operation.get("axis")
        assert close(run(name, SIGNED, *([[0]] if axis is None else [])), np.flip(SIGNED, axis or 0))
    else:
        calls = {"set_diag": (SQUARE, SQUARE[0]), "slice_update": (SIGNED, [0, 0], SQUARE)}
        arguments = calls.get(name.rpartition(".")[2], (SIGNED, [[0]], SIGNED[1:2]))
        value = run(name, *arguments)
        assert value.shape == arguments[0].shape
        assert not close(value, arguments[0]) or name.endswith("slice_update")
