"""What the tables claim of ready losses, layers and block operations, measured in TensorFlow and Keras."""

from __future__ import annotations

import inspect
from collections.abc import Callable
from fractions import Fraction

import pytest
from op_calls import POSITIVE, SIGNED, Any, Array, close, named, np, real, rng, run, scaling

from losslint.analysis.optable import Operation

pytestmark = pytest.mark.tensorflow

PROBABILITIES = POSITIVE / POSITIVE.sum(-1, keepdims=True)
TRUTH = PROBABILITIES[::-1].copy()
IDS = np.array([0, 1, 2, 3, 0, 1])
SEQUENCES = rng.uniform(0.1, 1.0, (6, 9, 5))
LABELS = np.array([[1, 2], [2, 3], [3, 1], [1, 3], [2, 1], [3, 2]])
LENGTHS = {"target_length": np.full(6, 2), "output_length": np.full(6, 9)}
FURTHER: dict[str, dict[str, Any]] = {
    "weighted_cross_entropy_with_logits": {"pos_weight": 2.0},
    "categorical_generalized_cross_entropy": {"q": 0.5},
    "ops.ctc_loss": LENGTHS,
    "ctc_batch_cost": {"input_length": np.full((6, 1), 9), "label_length": np.full((6, 1), 2)},
    "circle": {"remove_diagonal": False},
    "losses.Circle": {"remove_diagonal": False},
}


def further(name: str) -> dict[str, Any]:
    return FURTHER.get(".".join(name.split(".")[-2:]), FURTHER.get(name.rpartition(".")[2], {}))


def data(name: str, operation: Operation) -> tuple[Array, Array]:
    """(y_true, y_pred) of six samples that suit the loss."""
    if operation.how == "sparse":
        return IDS, PROBABILITIES
    if operation.how == "images":
        return LABELS, SEQUENCES
    if operation.how == "pairwise":
        return IDS % 2, SIGNED / np.linalg.norm(SIGNED, axis=-1, keepdims=True)
    if operation.how == "ratio":
        return np.round(POSITIVE), POSITIVE[::-1].copy()
    if name.endswith("sparse_softmax_cross_entropy"):
        return IDS, SIGNED
    return TRUTH, PROBABILITIES


def loss(name: str, y_true: Array, y_pred: Array) -> Array:
    if name.endswith("compute_weighted_loss"):
        return run(name, np.square(y_true - y_pred))
    places = list(inspect.signature(real(name)).parameters)
    arguments = further(name)
    if name.endswith("cosine_distance"):
        arguments = {"axis": -1}
    return run(name, **{places[0]: y_true, places[1]: y_pred}, **arguments)


def per_sample(name: str, operation: Operation, y_true: Array, y_pred: Array) -> Array:
    """The loss, after checking that row i depends on sample i alone."""
    value = loss(name, y_true, y_pred)
    keep = slice(0, 3) if "length" not in str(further(name)) else slice(None)  # lengths are given for all six
    assert close(loss(name, y_true[keep], y_pred[keep]), value[keep]), "a row depends on other samples"
    return value


@pytest.mark.parametrize(("name", "operation"), named("loss", hows=("elementwise",)))
def test_elementwise_loss(name: str, operation: Operation) -> None:
    y_true, y_pred = data(name, operation)
    value = per_sample(name, operation, y_true, y_pred)
    assert value.shape == y_pred.shape
    assert close(loss(name, y_true[:, :2], y_pred[:, :2]), value[:, :2])


@pytest.mark.parametrize(("name", "operation"), named("loss", hows=("last_axis",)))
def test_last_axis_loss(name: str, operation: Operation) -> None:
    y_true, y_pred = data(name, operation)
    value = per_sample(name, operation, y_true, y_pred)
    assert value.shape == y_pred.shape[:-1]
    twice = loss(name, np.concatenate([y_true] * 2, -1), np.concatenate([y_pred] * 2, -1))
    ratio = {"mean": 1, "sum": 2}.get(operation.get("over", "mean"))
    if ratio is not None:
        assert close(twice, ratio * value)
    else:
        assert not close(twice, value) or scaling(value, loss(name, y_true, 2 * y_pred)) == 0, (
            "a mean after all"
        )


NONNEGATIVE = [each for each in named("loss", "loss_class") if each.values[1].get("nonnegative", False)]


@pytest.mark.parametrize(("name", "operation"), NONNEGATIVE)
def test_nonnegative_loss(name: str, operation: Operation) -> None:
    made = real(name)() if operation.kind == "loss_class" else real(name)
    for y_true, y_pred in ((SIGNED, SIGNED[::-1]), (SIGNED, SIGNED), (POSITIVE, 100 * SIGNED)):
        assert (np.asarray(made(y_true, y_pred.copy())) >= 0).all()


@pytest.mark.parametrize(("name", "operation"), named("loss", hows=("sparse",)))
def test_sparse_loss(name: str, operation: Operation) -> None:
    y_true, y_pred = data(name, operation)
    assert per_sample(name, operation, y_true, y_pred).shape == y_true.shape


@pytest.mark.parametrize(("name", "operation"), named("loss", hows=("images",)))
def test_loss_that_drops_axes(name: str, operation: Operation) -> None:
    y_true, y_pred = data(name, operation)
    value = loss(name, y_true, y_pred)
    assert value.ndim == y_pred.ndim - operation.get("drop") and len(value) == 6
    changed = y_pred.copy()
    changed[3:] = changed[3:][::-1]
    assert np.allclose(loss(name, y_true, changed)[:3], value[:3], rtol=1e-4)


@pytest.mark.parametrize(("name", "operation"), named("loss", hows=("all",)))
def test_loss_over_everything(name: str, operation: Operation) -> None:
    """A scalar of degree 0, and the mean of its micro-batches."""
    y_true, y_pred = data(name, operation)
    value = loss(name, y_true, y_pred)
    assert value.shape == ()
    assert close(loss(name, np.concatenate([y_true] * 4), np.concatenate([y_pred] * 4)), value)
    assert close((loss(name, y_true[:3], y_pred[:3]) + loss(name, y_true[3:], y_pred[3:])) / 2, value)


@pytest.mark.parametrize(("name", "operation"), named("loss", hows=("ratio",)))
def test_ratio_loss(name: str, operation: Operation) -> None:
    y_true, y_pred = data(name, operation)
    value = loss(name, y_true, y_pred)
    assert value.shape == ()
    assert close(loss(name, np.concatenate([y_true] * 4), np.concatenate([y_pred] * 4)), value)
    assert not close((loss(name, y_true[:1], y_pred[:1]) + 5 * loss(name, y_true[1:], y_pred[1:])) / 6, value)
    assert np.asarray(real(name)(y_true, y_pred, axis=(1,))).shape == (6,)


@pytest.mark.parametrize(("name", "operation"), named("loss", hows=("pairwise",)))
def test_pairwise_loss(name: str, operation: Operation) -> None:
    y_true, y_pred = data(name, operation)
    value = loss(name, y_true, y_pred)
    assert value.shape == (6,)
    assert not np.allclose(loss(name, y_true[:3], y_pred[:3]), value[:3]), "the samples are coupled"
    fourfold = loss(name, np.concatenate([y_true] * 4), np.concatenate([y_pred] * 4)).mean()
    assert operation.get("degree") == "mixed"
    assert (
        fourfold > value.mean()
        and scaling(value, loss(name, np.tile(y_true, 4), np.tile(y_pred, (4, 1)))[:6]) is None
    )


def test_compute_average_loss() -> None:
    name = "tensorflow.nn.compute_average_loss"
    assert close(run(name, POSITIVE[:, 0]), POSITIVE[:, 0].mean())
    assert close(run(name, POSITIVE[:, 0], global_batch_size=12), POSITIVE[:, 0].sum() / 12)
    weights = SIGNED[:, 0] ** 2
    assert close(run(name, POSITIVE[:, 0], sample_weight=weights), (weights * POSITIVE[:, 0]).mean())


@pytest.mark.parametrize(("name", "operation"), named("loss_class"))
def test_loss_class(name: str, operation: Operation) -> None:
    """The instance means over everything; ``reduction`` makes it a sum, or leaves the samples alone."""
    y_true, y_pred = data(name, operation)
    made = real(name)
    arguments = further(name)
    mean = np.asarray(made(**arguments)(y_true, y_pred))
    assert mean.shape == ()
    single = np.asarray(made(reduction="none", **arguments)(y_true, y_pred))
    total = np.asarray(made(reduction="sum", **arguments)(y_true, y_pred))
    assert single.shape == (() if operation.how == "ratio" else (6,))
    assert np.allclose(total, single.sum(), rtol=1e-4) and np.allclose(mean, single.mean(), rtol=1e-4)


# ---------------------------------------------------------------------------- layers and per-sample work

IMAGES = rng.uniform(0.1, 0.9, (3, 16, 16, 3)).astype("float32")
BIG_IMAGES = rng.uniform(0.1, 0.9, (2, 180, 180, 1)).astype("float32")
LAYER_ARGUMENTS: dict[str, dict[str, Any]] = {
    "Dense": {"units": 5},
    "Activation": {"activation": "relu"},
    "Dropout": {"rate": 0.5},
    "SpatialDropout1D": {"rate": 0.5},
    "SpatialDropout2D": {"rate": 0.5},
    "GaussianNoise": {"stddev": 1.0},
    "GroupNormalization": {"groups": 3},
    "Rescaling": {"scale": 2.0},
    "Resizing": {"height": 8, "width": 8},
    "AveragePooling1D": {"pool_size": 2},
    "AveragePooling2D": {"pool_size": 2},
    "AveragePooling3D": {"pool_size": 2},
    "DepthwiseConv1D": {"kernel_size": 3},
    "DepthwiseConv2D": {"kernel_size": 3},
}


def layer(name: str) -> Any:
    made = real(name.removesuffix("()"))
    short = made.__name__
    default = {"filters": 4, "kernel_size": 3} if "Conv" in short else {}
    return made(**LAYER_ARGUMENTS.get(short, default))


ROWS = POSITIVE.astype("float32")
HEADS = rng.uniform(size=(3, 5, 2, 4))
SAMPLED_WEIGHTS = (np.ones((7, 4), "float32"), np.zeros(7, "float32"))


def sampled(function: Any, x: Array) -> Array:
    """A sampled loss with its draw fixed: two classes, expected as often as every true class."""
    draw = ([0, 3], np.full((len(x), 1), 0.5, "float32"), np.full(2, 0.5, "float32"))
    return function(*SAMPLED_WEIGHTS, IDS[: len(x), None], x, 2, 7, sampled_values=draw)


def in_top_k(function: Any, x: Array) -> Array:
    ids, first = IDS[: len(x)], next(iter(inspect.signature(function).parameters))
    return function(ids, x, 2) if first == "targets" else function(x, ids, 2)


# How to call what is neither a layer nor a function of one image, by the last part of its name.
CALLS: dict[str, tuple[Array, Callable[[Any, Array], Array]]] = {
    "in_top_k": (ROWS, in_top_k),
    "nce_loss": (ROWS, sampled),
    "sampled_softmax_loss": (ROWS, sampled),
    "dot_product_attention": (HEADS, lambda function, x: function(x, x + 1, x)),
    "multi_hot": (LABELS, lambda function, x: function(x, 4)),
    "glu": (IMAGES[..., :2], lambda function, x: function(x)),
    "ssim": (IMAGES, lambda function, x: function(x, x[:, ::-1], 1.0)),
    "psnr": (IMAGES, lambda function, x: function(x, x[:, ::-1], 1.0)),
    "ssim_multiscale": (BIG_IMAGES, lambda function, x: function(x, x[:, ::-1], 1.0)),
}


@pytest.mark.parametrize(("name", "operation"), named("per_sample"))
def test_per_sample(name: str, operation: Operation) -> None:
    x, call = CALLS.get(name.rpartition(".")[2], (IMAGES, lambda function, x: function(x)))
    function = real(name)
    if name.endswith("()"):
        rank = next((rank for word, rank in (("1D", 3), ("2D", 4), ("3D", 5)) if word in name), 4)
        x = rng.uniform(0.1, 0.9, (3, *(6,) * (rank - 2), 3)).astype("float32")
        function = layer(name)
    elif name.startswith("tensorflow"):
        x = real("tensorflow.constant")(x)  # some image functions ask their argument for its shape
    value = np.asarray(call(function, x))
    assert value.ndim == x.ndim - operation.get("drop") and len(value) == len(x)
    assert np.allclose(np.asarray(call(function, x[:2])), value[:2], rtol=1e-4, atol=1e-5)


def test_categorical_draws_for_each_row() -> None:
    assert run("tensorflow.random.categorical", POSITIVE, 3).shape == (6, 3)


# ---------------------------------------------------------------------------- blocks

CUBE = rng.uniform(0.2, 0.9, (5, 4, 4))
SPD = CUBE @ CUBE.transpose(0, 2, 1) + 3 * np.eye(4)
SIGNAL = rng.normal(size=(5, 64))
BLOCK_ARGUMENTS: dict[str, dict[str, Any]] = {
    "extract_sequences": {"sequence_length": 8, "sequence_stride": 4},
    "inverse_stft": {"frame_length": 8, "frame_step": 4},
    "overlap_and_add": {"frame_step": 2},
    "stft": {"frame_length": 8, "frame_step": 4},
    "frame": {"frame_length": 8, "frame_step": 4},
    "mdct": {"frame_length": 8},
    "adjust_brightness": {"delta": 0.1},
    "adjust_contrast": {"contrast_factor": 2.0},
    "adjust_gamma": {"gamma": 2.0},
    "adjust_hue": {"delta": 0.1},
    "adjust_saturation": {"saturation_factor": 2.0},
}


def block_input(name: str, operation: Operation) -> Array:
    last = name.rpartition(".")[2]
    if ".image." in name:
        return IMAGES[..., :1] if last == "grayscale_to_rgb" else IMAGES
    if ".linalg." in name or last in (
        "inv",
        "pinv",
        "cholesky",
        "cholesky_inverse",
        "det",
        "logdet",
        "solve",
        "solve_triangular",
        "eigvals",
        "matrix_square_root",
    ):
        if last == "tridiagonal_solve" or last == "tridiagonal_matmul":
            return rng.uniform(1, 2, (5, 3, 4)) + np.array([[0.0], [5.0], [0.0]])
        return SPD[..., :3] if last == "cross" else SPD.astype("complex128") if last == "logm" else SPD
    if last == "cross":
        return SPD[..., :3]
    if last.startswith(("inverse_", "overlap")):
        return (
            rng.normal(size=(5, 6, 4))
            if last != "inverse_stft"
            else rng.normal(size=(5, 6, 5)).astype("complex128")
        )
    shape = {"2d": (5, 6, 6), "3d": (5, 4, 6, 6)}.get(last[-2:])
    x = SIGNAL if shape is None else rng.normal(size=shape)
    if "fft" in last and not last.startswith("rfft") and name.startswith("tensorflow"):
        return x.astype("complex128")
    return np.abs(x) + 0.2 if last == "lbeta" else x


@pytest.mark.parametrize(("name", "operation"), named("block"))
def test_block(name: str, operation: Operation) -> None:
    """Blocks stand apart; ``drop`` axes go; the value scales by its exponent, and linearly in ``y``."""
    x, more = block_input(name, operation), BLOCK_ARGUMENTS.get(name.rpartition(".")[2], {})
    function = real(name)
    linear = "y" in dict(operation.signature.roles)
    rhs = rng.normal(size=(*x.shape[:-2], 4, 2)) if operation.get("core") == 2 else rng.normal(size=x.shape)

    def call(x: Array, factor: float = 1.0) -> Array:
        operands = (x, factor * rhs[: len(x)]) if linear else (x,)
        if name.startswith("tensorflow"):  # some image functions ask their argument for its shape
            operands = tuple(map(real("tensorflow.constant"), operands))
        result = function(*operands, **({} if linear else more))
        return np.asarray(result[0] if isinstance(result, tuple) else result)

    value = call(x)
    assert value.ndim == (rhs.ndim if linear else x.ndim - operation.get("drop", 0)) and len(value) == len(x)
    assert np.allclose(call(x[:2]), value[:2], rtol=1e-4, atol=1e-5), "blocks are mixed"
    exponent = operation.get("exponent")
    doubled = call(2 * x)
    if exponent == "size":
        exponent = x.shape[-1]
    if exponent is None:
        assert scaling(np.abs(value), np.abs(doubled)) is None or name.endswith("hsv")
    else:
        assert np.allclose(doubled, value * 2.0 ** float(Fraction(exponent)), rtol=1e-4, atol=1e-6)
    if linear:
        assert np.allclose(call(x, 2.0), 2 * value, rtol=1e-4)
