"""The three losses of every tutorial, as they are copied and as they should be: measured against theory.

For targets and predictions that are independent standard normal, with D entries per sample, the expected values
over fresh batches of N samples are

    variance of all entries               (ND - 1) / ND                  E|y - p|  = 2 / sqrt(pi)
    mean squared error                    2                              E(y - p)² = 2
    |mean - 1/2|                          1/2, as D grows
    log(1 + sum of |y - p|)               log(1 + N D 2 / sqrt(pi)), as D grows
"""

from __future__ import annotations

import math
from pathlib import Path
from statistics import fmean

import pytest

from losslint.confirm.measure import measure_callable

pytestmark = pytest.mark.tensorflow

TUTORIALS = Path(__file__).parents[2] / "fixtures" / "tensorflow" / "tutorials"
WIDE = 2000  # entries per sample: what a batch's mean may be off is far below one per cent then
DISTANCE = 2 / math.sqrt(math.pi)
# file, loss -> degree of value and of gradient, verdict, expected value for N samples
LOSSES = {
    ("variance_penalty", "variance_loss"): ("0", "0", "coupled", lambda n: 1 - 1 / (n * WIDE)),
    ("variance_penalty", "variance_loss_per_sample"): ("-1", "-1", "shrinks", lambda n: 1 / n),
    ("variance_penalty", "variance_within_sample"): ("0", "0", "invariant", lambda n: 1 - 1 / WIDE),
    ("balance_penalty", "balanced_mse"): ("0", "0", "coupled", lambda n: 2 + 0.5),
    ("balance_penalty", "balanced_mse_divided"): ("mixed", "mixed", "mixed", lambda n: 2 + 0.5 / n),
    ("log_error", "complex_loss"): ("mixed", "mixed", "mixed", lambda n: math.log(1 + n * WIDE * DISTANCE)),
    ("log_error", "complex_loss_normalised"): ("0", "0", "coupled", lambda n: math.log(1 + WIDE * DISTANCE)),
    ("log_error", "complex_loss_per_sample"): (
        "0",
        "0",
        "invariant",
        lambda n: math.log(1 + WIDE * DISTANCE),
    ),
}


@pytest.fixture(scope="module")
def readings():
    """Each loss with few entries per sample, for its degree, and with many, for its values."""
    sources = {file: (TUTORIALS / f"{file}.py").read_text(encoding="utf-8") for file, _ in LOSSES}
    return {
        (file, name): [measure_callable(sources[file], name, [f"(N,{size}):real"] * 2) for size in (4, WIDE)]
        for file, name in LOSSES
    }


@pytest.mark.parametrize("loss", LOSSES, ids="-".join)
def test_it_depends_on_the_batch_as_theory_says(readings, loss):
    degree, gradient_degree, verdict, _ = LOSSES[loss]
    narrow, _ = readings[loss]
    assert (narrow.degree, narrow.gradient_degree, narrow.verdict) == (degree, gradient_degree, verdict)
    assert narrow.graph_mode == "ok"


@pytest.mark.parametrize("loss", LOSSES, ids="-".join)
def test_its_values_over_fresh_batches_are_those_of_theory(readings, loss):
    *_, expected = LOSSES[loss]
    _, wide = readings[loss]
    resample = wide.raw["resample"]
    large, small = (fmean(column) for column in zip(*resample["pairs"], strict=True))
    assert large == pytest.approx(expected(resample["large"]), rel=0.01)
    assert small == pytest.approx(expected(resample["small"]), rel=0.01)


@pytest.mark.parametrize("loss", LOSSES, ids="-".join)
def test_its_values_over_repeated_samples_follow_the_same_law(readings, loss):
    """The law has one constant per loss that depends on the draw; the first batch size gives it."""
    *_, expected = LOSSES[loss]
    _, wide = readings[loss]
    curve = next(c for c in wide.raw["curves"] if c["variant"] == "unit")
    first_n, first = curve["n"][0], curve["value"][0]
    for n, value in zip(curve["n"], curve["value"], strict=True):
        assert value / first == pytest.approx(expected(n) / expected(first_n), rel=0.01)
