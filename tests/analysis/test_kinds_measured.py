"""Losses over the rarer operations: what is inferred against what TensorFlow measures.

Each loss is analysed twice. With the shapes of its inputs declared every answer is the measured one, but for
those listed as open: these the analysis must leave unknown. Without the declaration it may know less, never
other things.
"""

from __future__ import annotations

import importlib.util
import textwrap
from dataclasses import dataclass

import pytest

from losslint.config import AnalysisSettings
from losslint.confirm.measure import Reading, measure_callable
from losslint.engine import check_source
from losslint.model import Loss
from losslint.source.text import SourceText

pytestmark = pytest.mark.tensorflow

HEADER = """\
import numpy as np
import tensorflow as tf
import keras
from keras import ops
"""
EXTRAS = {
    "einops": "import einops\n",
    "tf_keras": "import tf_keras\n",
    "tensorflow_probability": "import tensorflow_probability as tfp\ntfd = tfp.distributions\n",
}
FIELDS = ("degree", "gradient_degree", "coupled", "returns")
ROWS = "y_true=(N,4):real y_pred=(N,4):real"
MATRICES = "y_true=(N,4,4):real y_pred=(N,4,4):real"
IMAGES = "y_true=(N,8,8,3):image y_pred=(N,8,8,3):image"
ONE_GROUP = "y_true=(N,):int[0..0] y_pred=(N,4):real"
GROUPS = "y_true=(N,):int[0..2] y_pred=(N,4):real"


@dataclass(frozen=True)
class Case:
    """A loss.

    Its body, its inputs, which answers the analysis has to leave open, what has to be installed for it.
    """

    body: str
    inputs: str = ROWS
    open: tuple[str, ...] = ()
    needs: str = ""


def einops(pattern: str, inputs: str = ROWS) -> Case:
    return Case(pattern, inputs, needs="einops")


def tfd(body: str, inputs: str = ROWS, *open_: str) -> Case:
    return Case(body, inputs, open_, "tensorflow_probability")


SPD = "tf.matmul(y_pred, y_pred, transpose_b=True) + tf.eye(4, dtype=y_pred.dtype)"
GRAM = "tf.matmul(y_pred, y_pred, transpose_a=True)"
CASES: dict[str, Case] = {
    # -- reduce
    "logmeanexp over features": tfd(
        "return tf.reduce_sum(tfp.math.reduce_logmeanexp(y_pred - y_true, axis=-1))"
    ),
    "logmeanexp over the batch": tfd(
        "return tf.reduce_sum(tfp.math.reduce_logmeanexp(y_pred - y_true, axis=0))"
    ),
    "logmeanexp of a batch sum": tfd(
        "return tfp.math.reduce_logmeanexp(tf.reduce_sum((y_pred - y_true) ** 2, axis=0), axis=0)"
    ),
    "covariance of the samples": tfd("return tf.reduce_sum(tfp.stats.covariance(y_pred) ** 2)"),
    "covariance within a sample": tfd(
        "return tf.reduce_sum(tfp.stats.covariance(y_pred - y_true, sample_axis=1), axis=[1, 2])", MATRICES
    ),
    "covariance of two": tfd("return tf.reduce_sum(tfp.stats.covariance(y_pred, y_true) ** 2)"),
    "correlation of the samples": tfd("return tf.reduce_sum(tfp.stats.correlation(y_pred) ** 2)"),
    "correlation without events": tfd(
        "return tf.reduce_sum(tfp.stats.correlation(y_pred, y_true, event_axis=None))"
    ),
    "cosine of whole batches": Case("return ops.sum(keras.losses.cosine_similarity(y_true, y_pred, axis=0))"),
    "cosine of scaled batches": Case(
        "return ops.sum(keras.losses.cosine_similarity(y_true, y_pred * ops.sum(y_pred ** 2), axis=0))"
    ),
    "cross entropy over the batch": Case(
        "return tf.reduce_sum(tf.nn.softmax_cross_entropy_with_logits(y_true ** 2, y_pred, axis=0))",
        ROWS,
        ("gradient_degree",),
    ),
    "median of features": Case("return ops.sum(ops.median(ops.square(y_pred - y_true), axis=-1))"),
    "median of the batch": Case("return ops.sum(ops.median(ops.square(y_pred - y_true), axis=0))"),
    "median of everything": Case("return ops.median(ops.abs(y_pred - y_true))"),
    "quantile of features": Case("return ops.mean(ops.quantile(ops.abs(y_pred - y_true), 0.9, axis=-1))"),
    "quantile of the batch": Case(
        "return ops.sum(ops.quantile(ops.abs(y_pred - y_true), 0.9, axis=0))",
        ROWS,
        ("degree", "gradient_degree"),
    ),
    "middle quantile of the batch": Case("return ops.quantile(ops.square(y_pred - y_true), 0.5)"),
    "nearest percentile of the batch": tfd(
        "return tfp.stats.percentile((y_pred - y_true) ** 2, 50.0)", ROWS, "degree", "gradient_degree"
    ),
    "covariance of scaled samples": tfd(
        "return tf.reduce_mean(tfp.stats.covariance(y_pred, tf.reduce_sum(y_true) * y_true))"
    ),
    "correlation of scaled samples": tfd(
        "return tf.reduce_sum(tfp.stats.correlation(y_pred * tf.reduce_sum(y_true ** 2)) ** 2)"
    ),
    "several quantiles": Case(
        "return ops.sum(ops.quantile(ops.abs(y_pred - y_true), [0.2, 0.8], axis=-1), axis=0)"
    ),
    "percentile of the batch": tfd(
        "return tf.reduce_sum(tfp.stats.percentile(tf.abs(y_pred - y_true), 100.0, axis=0))"
    ),
    "einops.reduce sum": einops("return einops.reduce((y_pred - y_true) ** 2, 'b c -> ', 'sum')"),
    "einops.reduce mean": einops("return einops.reduce((y_pred - y_true) ** 2, 'b c -> b', 'mean')"),
    "einops.reduce batch": einops(
        "return tf.reduce_mean(einops.reduce((y_pred - y_true) ** 2, 'b c -> c', 'sum'))"
    ),
    "einops.reduce max": einops(
        "return tf.reduce_sum(einops.reduce((y_pred - y_true) ** 2, 'b c -> c', 'max'))"
    ),
    "einops.reduce kept": einops(
        "return tf.reduce_sum((y_pred - einops.reduce(y_pred, 'b h w c -> b () () c', 'mean')) ** 2)", IMAGES
    ),
    "einops.reduce ellipsis": einops(
        "return einops.reduce((y_pred - y_true) ** 2, '... c -> c', 'mean')[0]", IMAGES
    ),
    "einops.reduce by function": einops(
        "return einops.reduce((y_pred - y_true) ** 2, 'b ... c -> b ...', tf.reduce_sum)", IMAGES
    ),
    "einops.reduce pooled": einops(
        "return tf.reduce_sum(einops.reduce(y_pred - y_true, 'b (h h2) (w w2) c -> b h w c', 'mean', "
        "h2=2, w2=2) ** 2)",
        IMAGES,
    ),
    "split batch": Case(
        "return tf.reduce_sum(einops.rearrange(y_pred, '(b k) c -> b (k c)', k=2) ** 2)",
        ROWS,
        ("degree", "gradient_degree", "coupled"),
        "einops",
    ),
    # -- shape
    "repeat_vector": Case(
        "return tf.reduce_sum(tf_keras.backend.repeat(y_pred - y_true, 3) ** 2, axis=[1, 2])",
        needs="tf_keras",
    ),
    "rearrange flat": einops(
        "return tf.reduce_sum(einops.rearrange((y_pred - y_true) ** 2, 'b c -> (b c)'))"
    ),
    "rearrange flat mean": einops(
        "return tf.reduce_mean(einops.rearrange((y_pred - y_true) ** 2, 'b c -> (b c)'))"
    ),
    "rearrange transposed": einops(
        "return tf.reduce_mean(tf.reduce_sum(einops.rearrange(y_pred - y_true, 'b c -> c b') ** 2, axis=0))"
    ),
    "rearrange transposed sum": einops(
        "return tf.reduce_mean(tf.reduce_sum(einops.rearrange(y_pred - y_true, 'b c -> c b') ** 2, axis=-1))"
    ),
    "rearrange both flat": einops(
        "t, p = einops.rearrange(y_true, 'b h w c -> (b h w) c'), einops.rearrange(y_pred, 'b h w c "
        "-> (b h w) c')\n"
        "return tf.reduce_mean(t * p)",
        IMAGES,
    ),
    "rearrange both led by features": einops(
        "t, p = einops.rearrange(y_true, 'b c -> (c b)'), einops.rearrange(y_pred, 'b c -> (c b)')\n"
        "return tf.reduce_sum(t * p)"
    ),
    "rearrange pixels": einops(
        "d = einops.rearrange(y_pred - y_true, 'b h w c -> b (h w) c')\n"
        "return tf.reduce_sum(d ** 2, axis=[1, 2])",
        IMAGES,
    ),
    "rearrange windows": einops(
        "d = einops.rearrange(y_pred - y_true, 'b (h p) (w q) c -> (b h w) (p q c)', p=4, q=4)\n"
        "return tf.reduce_sum(tf.norm(d, axis=-1))",
        IMAGES,
    ),
    "rearrange ellipsis": einops(
        "return tf.reduce_sum(einops.rearrange(y_pred - y_true, 'b ... c -> b c ...') ** 2)", IMAGES
    ),
    "einops.repeat": einops(
        "return tf.reduce_mean(einops.repeat((y_pred - y_true) ** 2, 'b c -> b k c', k=3))"
    ),
    "einops.repeat by the batch": einops(
        "n = tf.shape(y_pred)[0]\nd = einops.repeat(tf.reduce_mean((y_pred - y_true) ** 2, axis=0), "
        "'c -> b c', b=n)\n"
        "return tf.reduce_sum(d)"
    ),
    "einops.pack": einops(
        "packed, _ = einops.pack([y_pred, y_true[:, None, :]], 'b *')\n"
        "return tf.reduce_sum(packed ** 2, axis=-1)"
    ),
    "einops.unpack": einops(
        "packed, shapes = einops.pack([y_pred, y_true], 'b *')\np, t = einops.unpack(packed, shapes, 'b *')\n"
        "return tf.reduce_sum((p - t) ** 2)"
    ),
    # -- contract
    "cdist of the batch": Case("return ops.sum(ops.cdist(y_pred, y_true))"),
    "cdist of the batch, mean": Case("return ops.mean(ops.cdist(y_pred, y_true))"),
    "einops.einsum per sample": einops("return einops.einsum(y_pred, y_true, 'batch i, batch i -> batch')"),
    "einops.einsum summed": einops("return einops.einsum(y_pred, y_true, 'batch i, batch i -> ')"),
    "einops.einsum over the batch": einops(
        "return tf.reduce_mean(einops.einsum(y_pred, y_true, 'batch i, batch j -> i j'))"
    ),
    "einops.einsum pairs": einops(
        "return tf.reduce_mean(einops.einsum(y_pred, y_true, 'one i, two i -> one two') ** 2)"
    ),
    "cdist within a sample": Case("return ops.sum(ops.cdist(y_pred, y_true))", MATRICES),
    "cdist, nearest": Case("return ops.mean(ops.min(ops.cdist(y_pred, y_true), axis=1))"),
    # -- axiswise
    "diff within a sample": Case("return ops.sum(ops.diff(y_pred - y_true) ** 2, axis=-1)"),
    "diff within a sample, summed": Case("return ops.sum(ops.diff(y_pred - y_true, n=2, axis=1) ** 2)"),
    "diff along the batch": Case(
        "return ops.sum(ops.diff(y_pred - y_true, axis=0) ** 2)", ROWS, ("degree", "gradient_degree")
    ),
    "diff of a batch sum": Case("return ops.mean(ops.diff(ops.sum(y_pred - y_true, axis=0)) ** 2)"),
    # -- segment
    "group sums": Case(
        "return tf.reduce_mean(tf.math.unsorted_segment_sum(y_pred ** 2, tf.cast(y_true, tf.int32), 3))",
        GROUPS,
    ),
    "group means": Case(
        "return tf.reduce_sum(tf.math.unsorted_segment_mean(y_pred ** 2, tf.cast(y_true, tf.int32), 3))",
        GROUPS,
    ),
    "group sizes": Case(
        "i = tf.cast(y_true, tf.int32)\nn = tf.math.unsorted_segment_sum(tf.ones_like(y_pred), i, 3)\n"
        "return n[0, 0] * tf.reduce_mean(y_pred ** 2)",
        GROUPS,
    ),
    "group sums, squared": Case(
        "return tf.reduce_sum(tf.math.unsorted_segment_sum(y_pred, tf.cast(y_true, tf.int32), 3) ** 2)",
        GROUPS,
    ),
    "group maxima": Case(
        "return tf.reduce_sum(tf.math.unsorted_segment_max(y_pred ** 2, tf.cast(y_true, tf.int32), 1))",
        ONE_GROUP,
    ),
    "weights by group size": Case(
        "i = tf.cast(y_true, tf.int32)\nn = tf.math.unsorted_segment_sum(tf.ones_like(y_true), i, 3)\n"
        "w = tf.gather(1.0 / tf.cast(n, y_pred.dtype), i)\nreturn tf.reduce_mean(w[:, None] * y_pred ** 2)",
        GROUPS,
    ),
    # -- mapper
    "fori_loop": Case(
        "return ops.fori_loop(0, 3, lambda i, acc: acc + ops.mean(ops.square(y_pred - y_true), axis=-1),"
        " ops.zeros_like(y_pred[:, 0]))"
    ),
    "fori_loop over batch sums": Case(
        "return ops.fori_loop(0, 20, lambda i, acc: acc + ops.sum(ops.square(y_pred - y_true)), "
        "ops.sum(y_pred * 0.0))"
    ),
    "switch": Case(
        "return ops.switch(1, [lambda x: ops.mean(x), lambda x: ops.sum(x)], ops.square(y_pred - y_true))"
    ),
    "switch_case": Case(
        "return tf.switch_case(tf.constant(0), {0: lambda: tf.reduce_mean((y_pred - y_true) ** 2),"
        " 1: lambda: tf.reduce_mean(tf.abs(y_pred - y_true))})"
    ),
    "case": Case(
        "return tf.case([(tf.constant(True), lambda: tf.reduce_sum((y_pred - y_true) ** 2))],"
        " default=lambda: tf.reduce_sum(tf.abs(y_pred - y_true)))"
    ),
    "scan carrying": Case(
        "def step(carry, x):\n    carry = carry + x\n    return carry, carry\n"
        "rows = ops.transpose(ops.square(y_pred - y_true))\n"
        "last, steps = ops.scan(step, ops.zeros_like(rows[0]), rows)\n"
        "return ops.sum(steps, axis=0) + last"
    ),
    # -- count, constants
    "a setting steers": Case(
        "d = (y_pred - y_true) ** 2\n"
        "if keras.backend.image_data_format() == 'channels_last':\n    return tf.reduce_sum(d)\n"
        "return tf.reduce_sum(d)"
    ),
    "epsilon": Case(
        "d = tf.reduce_sum((y_pred - y_true) ** 2)\n"
        "return tf.sqrt(d + keras.backend.epsilon() + keras.config.epsilon())"
    ),
    "mean by replicas": Case(
        "strategy = tf.distribute.OneDeviceStrategy('/cpu:0')\n"
        "return tf.reduce_mean((y_pred - y_true) ** 2) / strategy.num_replicas_in_sync"
    ),
    # With a batch size it would be the global one, so alone it may be as much.
    "sum by replicas": Case(
        "strategy = tf.distribute.OneDeviceStrategy('/cpu:0')\n"
        "return tf.reduce_sum((y_pred - y_true) ** 2) / strategy.num_replicas_in_sync",
        ROWS,
        ("degree", "gradient_degree", "coupled"),
    ),
    # -- block
    "inverse in a sample": Case(f"return tf.reduce_sum(tf.linalg.inv({SPD}), axis=[1, 2])", MATRICES),
    "inverse of a batch sum": Case(
        "s = tf.reduce_sum(tf.matmul(y_pred, y_pred, transpose_a=True), axis=0)\n"
        "return tf.reduce_mean(tf.linalg.inv(s))",
        MATRICES,
    ),
    "logdet of a sample": Case(f"return tf.linalg.logdet({SPD})", MATRICES),
    "logdet of a batch sum": Case(
        "s = tf.reduce_sum(tf.matmul(y_pred, y_pred, transpose_a=True), axis=0)\nreturn tf.linalg.logdet(s)",
        MATRICES,
    ),
    "determinant of a batch sum": Case(
        "s = tf.reduce_sum(tf.matmul(y_pred, y_pred, transpose_a=True), axis=0)\nreturn tf.linalg.det(s)",
        MATRICES,
    ),
    "cholesky of a batch mean": Case(
        "s = tf.reduce_mean(tf.matmul(y_pred, y_pred, transpose_a=True), axis=0)\n"
        "return tf.reduce_sum(tf.linalg.cholesky(s))",
        MATRICES,
    ),
    "cholesky of a batch sum": Case(
        "s = tf.reduce_sum(tf.matmul(y_pred, y_pred, transpose_a=True), axis=0)\n"
        "return tf.reduce_sum(tf.linalg.cholesky(s))",
        MATRICES,
    ),
    "solve in a sample": Case(f"return tf.reduce_sum(tf.linalg.solve({SPD}, y_true) ** 2)", MATRICES),
    "solve by a batch sum": Case(
        "s = tf.reduce_sum(tf.matmul(y_pred, y_pred, transpose_a=True), axis=0)\n"
        "return tf.reduce_sum(tf.linalg.solve(s, tf.eye(4, dtype=s.dtype)) ** 2)",
        MATRICES,
    ),
    "logdet with a ridge": Case(
        f"return tf.linalg.logdet({GRAM} + 1e-9 * tf.eye(4, dtype=y_pred.dtype))", ROWS, ("gradient_degree",)
    ),
    "spectrum of a sample": Case("return tf.reduce_mean(tf.abs(tf.signal.rfft(y_pred - y_true)))"),
    "spectrum of a sample, summed": Case("return tf.reduce_sum(tf.abs(tf.signal.rfft(y_pred - y_true)))"),
    "image spectrum": Case(
        "d = tf.transpose(y_pred - y_true, [0, 3, 1, 2])\nreturn tf.reduce_mean(tf.abs(tf.signal.rfft2d(d)))",
        IMAGES,
    ),
    "spectrum over the batch": Case(
        "d = tf.signal.rfft(tf.transpose(y_pred - y_true))\nreturn tf.reduce_sum(tf.abs(d))",
        ROWS,
        ("degree", "gradient_degree"),
    ),
    "edges": Case(
        "return tf.reduce_sum((tf.image.sobel_edges(y_pred) - tf.image.sobel_edges(y_true)) ** 2)", IMAGES
    ),
    "gradients of images": Case(
        "dy, dx = tf.image.image_gradients(y_pred - y_true)\n"
        "return tf.reduce_mean(tf.abs(dy)) + tf.reduce_mean(tf.abs(dx))",
        IMAGES,
    ),
    "standardised images": Case(
        "return tf.reduce_sum(tf.image.per_image_standardization(y_pred) ** 4)", IMAGES
    ),
    "luma": Case(
        "return tf.reduce_mean(tf.image.rgb_to_grayscale(y_pred - y_true) ** 2, axis=[1, 2, 3])", IMAGES
    ),
    # -- distribution
    "normal": tfd("return -tfd.Normal(y_pred, 1.0).log_prob(y_true)"),
    "normal, summed": tfd("return -tf.reduce_sum(tfd.Normal(loc=y_pred, scale=1.0).log_prob(y_true))"),
    "normal, mean": tfd("return -tf.reduce_mean(tfd.Laplace(y_pred, scale=0.5).log_prob(value=y_true))"),
    "normal of a batch sum": tfd(
        "s = tf.reduce_sum(y_pred ** 2, axis=0)\n"
        "return -tf.reduce_mean(tfd.Normal(s, 1.0).log_prob(0.5 * tf.ones_like(s)))",
        ROWS,
        "degree",
        "gradient_degree",
    ),
    "mean of a normal of a batch sum": tfd(
        "return tf.reduce_mean(tfd.Normal(tf.reduce_sum(y_pred ** 2, axis=0), 1.0).mean())",
        ROWS,
        "degree",
        "gradient_degree",
        "coupled",
    ),
    "scale that is a statistic": tfd(
        "return -tf.reduce_sum(tfd.Normal(y_pred, tf.math.reduce_std(y_pred, axis=0)).log_prob(y_true))"
    ),
    "vector beside a column": tfd(
        "m = tf.reduce_mean(y_pred, axis=-1, keepdims=True)\n"
        "return -tf.reduce_sum(tfd.Normal(m, 1.0).log_prob(tf.reduce_mean(y_true, -1)))"
    ),
    "everything independent": tfd("return -tfd.Independent(tfd.Normal(y_pred, 1.0), 2).log_prob(y_true)"),
    "counts of a multinomial": tfd(
        "t = tf.one_hot(tf.argmax(y_true, -1), 4, dtype=y_pred.dtype)\n"
        "return -tfd.Multinomial(total_count=1.0, logits=y_pred).log_prob(t)"
    ),
    "categorical": tfd(
        "return -tfd.Categorical(logits=y_pred).log_prob(y_true)", "y_true=(N,):int[0..3] y_pred=(N,4):real"
    ),
    "multivariate": tfd("return -tf.reduce_sum(tfd.MultivariateNormalDiag(y_pred).log_prob(y_true))"),
    "multivariate, diagonal": tfd(
        "return -tfd.MultivariateNormalDiag(loc=y_pred, scale_diag=tf.exp(y_pred)).log_prob(y_true)"
    ),
    "multivariate, triangular": tfd(
        "d = tfd.MultivariateNormalTriL(loc=y_pred, scale_tril=tf.eye(4, dtype=y_pred.dtype))\n"
        "return -tf.reduce_mean(d.log_prob(y_true))"
    ),
    "independent": tfd("return -tfd.Independent(tfd.Normal(y_pred, 1.0), 1).log_prob(y_true)"),
    "independent, all but the first": tfd(
        "d = tfd.Independent(tfd.Normal(y_pred, 1.0))\nreturn -tf.reduce_sum(d.log_prob(y_true))", IMAGES
    ),
    "divergence": tfd("return tfd.kl_divergence(tfd.Normal(y_pred, 1.0), tfd.Normal(y_true, 2.0))"),
    "divergence of independents": tfd(
        "p = tfd.Independent(tfd.Normal(y_pred, 1.0), reinterpreted_batch_ndims=1)\n"
        "q = tfd.Independent(tfd.Normal(tf.zeros(4, y_pred.dtype), 1.0), reinterpreted_batch_ndims=1)\n"
        "return tf.reduce_sum(p.kl_divergence(q))"
    ),
    "entropy": tfd("return -tf.reduce_mean(tfd.Categorical(logits=y_pred).entropy())"),
    "statistics": tfd(
        "d = tfd.Normal(y_pred, 1.0)\nreturn tf.reduce_sum((d.mean() - y_true) ** 2 + d.stddev())"
    ),
}


def program(case: Case, *, declared: bool) -> str:
    """The source of a loss, its inputs declared or not."""
    comment = f"# losslint: inputs {case.inputs}\n" if declared else ""
    body = textwrap.indent(case.body, "    ")
    return f"{HEADER}{EXTRAS.get(case.needs, '')}\n\n{comment}def loss(y_true, y_pred):\n{body}\n"


def inferred(source: str) -> Loss:
    _, losses = check_source(SourceText("program.py", source), AnalysisSettings())
    return next(loss for loss in losses if loss.qualname == "loss")


def said(loss: Loss) -> dict[str, str]:
    """The analysis' answers; ``unknown`` where it has none."""
    coupled = "unknown" if loss.coupled is None else str(loss.coupled)
    return dict(zip(FIELDS, (loss.degree, loss.gradient_degree, coupled, loss.returns.value), strict=True))


def shown(reading: Reading) -> dict[str, str]:
    """The same of a measurement."""
    values = (reading.degree, reading.gradient_degree, str(reading.coupled), reading.returns)
    return dict(zip(FIELDS, values, strict=True))


@pytest.mark.parametrize("case", CASES.values(), ids=CASES.keys())
def test_the_analysis_says_what_is_measured(case: Case) -> None:
    if case.needs and importlib.util.find_spec(case.needs) is None:
        pytest.skip(f"needs {case.needs}")
    source = program(case, declared=True)
    measured = shown(measure_callable(source, "loss", case.inputs))
    answers = said(inferred(source))
    assert answers == {key: "unknown" if key in case.open else value for key, value in measured.items()}
    cautious = said(inferred(program(case, declared=False)))
    assert {key: value for key, value in cautious.items() if value not in ("unknown", measured[key])} == {}
