"""The instrument against theory: losses whose dependence on N is known on paper."""

from __future__ import annotations

import pytest

from losslint.confirm.measure import MeasureError, measure_callable

pytestmark = pytest.mark.tensorflow

HEAD = """
import tensorflow as tf
import keras
from keras import ops, backend as K

def count(x):
    return tf.cast(tf.shape(x)[0], x.dtype)

"""

# body -> degree, gradient degree, coupled
THEORY = {
    "tf.reduce_mean(tf.square(y - p))": ("0", "0", False),
    "tf.reduce_mean(tf.square(y - p), axis=-1)": ("0", "0", False),
    "tf.reduce_sum(tf.square(y - p))": ("1", "1", False),
    "tf.reduce_sum(tf.square(y - p)) / count(y)": ("0", "0", False),
    "tf.reduce_sum(tf.square(y - p)) / 32.": ("1", "1", False),
    "tf.nn.l2_loss(y - p)": ("1", "1", False),
    "tf.norm(y - p)": ("1/2", "1/2", True),
    "tf.sqrt(tf.reduce_sum(tf.square(y - p)) + 1e-3)": ("1/2", "1/2", True),
    "tf.sqrt(tf.reduce_sum(tf.square(y - p))) / count(y)": ("-1/2", "-1/2", True),
    "tf.reduce_mean(tf.square(y - p), axis=-1) / count(y)": ("-1", "-1", False),
    "tf.square(tf.reduce_sum(y - p))": ("2", "2", True),
    "tf.reduce_sum(tf.square(tf.matmul(p, y, transpose_b=True)))": ("2", "2", True),
    "tf.sqrt(tf.reduce_mean(tf.square(y - p)))": ("0", "0", True),
    "tf.math.reduce_variance(p)": ("0", "0", True),
    "tf.math.reduce_variance(p[:, 0]) * count(y) / (count(y) - 1)": ("0", "0", True),
    "tf.math.reduce_variance(p) / count(y)": ("-1", "-1", True),
    "tf.math.reduce_variance(p[:, 0]) / (count(y) - 1)": ("-1", "-1", True),
    "tf.reduce_mean(tf.square(y - p)) + tf.abs(tf.reduce_mean(p) - 0.5)": ("0", "0", True),
    "tf.reduce_mean(tf.square(y - p)) + tf.abs(tf.reduce_mean(p) - 0.5) / count(y)": ("mixed", "mixed", True),
    "tf.math.log(1. + tf.reduce_sum(tf.abs(y - p)))": ("mixed", "mixed", True),
    "tf.math.log(1. + tf.reduce_sum(tf.abs(y - p)) / count(y))": ("0", "0", True),
    "tf.math.log(tf.reduce_sum(tf.abs(y - p)))": ("mixed", "0", True),
    "tf.reduce_logsumexp(p - y)": ("mixed", "0", True),
    "tf.tanh(0.01 * tf.reduce_sum(tf.square(y - p)))": ("mixed", "mixed", True),
    "tf.exp(-tf.reduce_sum(tf.square(y - p)))": ("mixed", "mixed", True),
    "tf.reduce_mean(tf.square(y - p)) - 0.5 * tf.reduce_sum(1. + p - tf.exp(p))": ("mixed", "mixed", False),
    "tf.reduce_mean(tf.square(y - p)) + 1e-4 * tf.reduce_sum(tf.square(p))": ("mixed", "mixed", False),
    "tf.reduce_max(tf.abs(y - p))": ("0", "0", True),
    "tf.nn.relu(tf.reduce_mean(p) - 0.5)": ("0", "0", True),
    "tf.minimum(tf.reduce_mean(tf.abs(y - p)), 5.)": ("0", "0", True),
    "1. - tf.reduce_sum(tf.sigmoid(y + p)) / tf.reduce_sum(1. + tf.sigmoid(y))": ("0", "0", True),
    "1. - (tf.reduce_sum(tf.sigmoid(y + p)) + 1.) / (tf.reduce_sum(1. + tf.sigmoid(y)) + 1.)": (
        "0",
        "0",
        True,
    ),
    "keras.losses.cosine_similarity(y, p)": ("0", "0", False),
    "ops.sum(ops.square(y - p)) / ops.cast(ops.shape(y)[0], 'float32')": ("0", "0", False),
    "K.mean(K.square(y - p), axis=-1)": ("0", "0", False),
    "K.sum(K.square(y - p))": ("1", "1", False),
}


@pytest.mark.parametrize(("body", "expected"), THEORY.items(), ids=list(THEORY))
def test_theory(body, expected):
    reading = measure_callable(f"{HEAD}def loss(y, p):\n    return {body}\n", "loss")
    assert (reading.degree, reading.gradient_degree, reading.coupled) == expected


def test_the_expected_values_of_the_variance_recipe_are_those_of_theory():
    """For unit variance E[var] = (N-1)/N, so divided by N it falls as (N-1)/N^2: within one per cent."""
    body = "tf.math.reduce_variance(p, axis=0)[0] / count(y)"
    source = f"{HEAD}def loss(y, p):\n    return {body}\n"
    reading = measure_callable(source, "loss", ("(N,400):real", "(N,400):real"))
    whole = measure_callable(source.replace("[0] /", " /"), "loss", ("(N,400):real", "(N,400):real"))
    assert (reading.degree, whole.degree) == ("-1", "-1")
    for large, small in whole.raw["resample"]["pairs"]:
        assert large == pytest.approx(63 / 64**2, rel=0.03)
        assert small == pytest.approx(7 / 8**2, rel=0.03)
        assert large / small == pytest.approx(63 / 64**2 / (7 / 8**2), rel=0.01)


def test_replicated_values_follow_the_power_to_within_rounding():
    reading = measure_callable(
        f"{HEAD}def loss(y, p):\n    return tf.math.reduce_variance(p) / count(y)\n", "loss"
    )
    for curve in reading.raw["curves"]:
        for n, value in zip(curve["n"], curve["value"], strict=True):
            assert value * n == pytest.approx(curve["value"][0] * curve["n"][0], rel=1e-9)


@pytest.mark.parametrize(
    ("body", "returns"),
    [
        ("tf.reduce_mean(y - p)", "scalar"),
        ("tf.reduce_mean(y - p, axis=-1)", "per-sample"),
        ("tf.reshape(y - p, [-1])", "per-sample"),
        ("tf.reduce_mean(y - p, axis=0)", "scalar"),
        ("(tf.reduce_mean(y - p, axis=-1), {'parts': 1})", "per-sample"),
        ("{'loss': tf.reduce_mean(y - p), 'kl': tf.reduce_sum(p)}", "scalar"),
    ],
)
def test_whether_the_batch_axis_is_still_there(body, returns):
    assert measure_callable(f"{HEAD}def loss(y, p):\n    return {body}\n", "loss").returns == returns


def test_a_static_batch_size_shows_in_graph_mode():
    static = measure_callable(
        f"{HEAD}def loss(y, p):\n    return tf.reduce_sum(y - p) / y.shape[0]\n", "loss"
    )
    assert static.graph_mode.startswith("failed: ")
    assert (static.degree, static.coupled) == ("0", False)


def test_control_flow_on_tensors_is_traced_as_keras_does():
    source = """
def loss(y, p):
    if tf.reduce_sum(y) > 0.:
        return tf.reduce_sum(p)
    return 2. * tf.reduce_sum(p)
"""
    assert measure_callable(HEAD + source, "loss").graph_mode == "ok"


SQUARES = "tf.reduce_sum((y - p) ** 2)"
FORMS = {
    "closure": (
        f"def make(gamma=2.):\n    def inner(y, p):\n        return {SQUARES} * gamma\n    return inner",
        "make.<locals>.inner",
        None,
    ),
    "closure that is not returned": (
        f"def train(epochs=1):\n    def inner(y, p):\n        return {SQUARES}\n    return epochs",
        "train.<locals>.inner",
        None,
    ),
    "method of a Loss": (
        f"class Total(keras.losses.Loss):\n    def call(self, y, p):\n        return {SQUARES}",
        "Total.call",
        None,
    ),
    "class with __call__": (
        f"class Total:\n    def __call__(self, y, p):\n        return {SQUARES}",
        "Total",
        None,
    ),
    "partial": (
        f"import functools\ndef f(y, p, alpha):\n    return alpha * {SQUARES}\n"
        "bound = functools.partial(f, alpha=2.)",
        "bound",
        None,
    ),
    "lambda": (f"total = lambda y, p: {SQUARES}", "total", None),
    "dict": (
        "def vae(x, out):\n    return tf.reduce_sum(out['mu'] ** 2) + tf.reduce_sum(out['var'])",
        "vae",
        "x=(N,3):real out.mu=(N,3):real out.var=(N,3):positive",
    ),
    "list": (
        "def two(y, p):\n    a, b = p\n    return tf.reduce_sum(a * y) + tf.reduce_sum(b ** 2)",
        "two",
        "y=(N,3):real p.0=(N,3):real p.1=(N,2):real",
    ),
    "batch size as an argument": (
        "def f(y, p, batch_size):\n    return tf.reduce_mean((y - p) ** 2) * tf.cast(batch_size, p.dtype)",
        "f",
        "y=(N,3):real p=(N,3):real batch_size=():size",
    ),
}


@pytest.mark.parametrize(("source", "name", "inputs"), FORMS.values(), ids=list(FORMS))
def test_every_form_of_a_summed_loss(source, name, inputs):
    reading = measure_callable(HEAD + source, name, inputs or ("(N,4):real", "(N,4):real"))
    assert (reading.degree, reading.verdict) == ("1", "grows")


def test_a_loss_that_draws_random_numbers_is_not_measured():
    noise = "tf.random.normal(tf.shape(p), dtype=p.dtype)"
    source = f"{HEAD}def loss(y, p):\n    return tf.reduce_mean((y - p + {noise}) ** 2)\n"
    with pytest.raises(MeasureError, match="not deterministic"):
        measure_callable(source, "loss")


def test_single_precision_is_measured_with_its_own_tolerance():
    body = "tf.reduce_sum(tf.cast((y - p) ** 2, tf.float32)) / tf.constant(3., tf.float32)"
    source = f"{HEAD}def loss(y, p):\n    return {body}\n"
    reading = measure_callable(source, "loss")
    assert (reading.degree, reading.coupled) == ("1", False)


def test_what_the_loss_raises_is_the_reason():
    with pytest.raises(MeasureError, match="ValueError: no such thing") as caught:
        measure_callable("def loss(y, p):\n    raise ValueError('no such thing')\n", "loss")
    assert "\n" not in str(caught.value)
