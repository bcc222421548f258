"""A fix that returns one value per sample, in training: weights weigh, and replicas change nothing."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest
from mending import LOSS, mended_source

pytestmark = pytest.mark.tensorflow

PROGRAM = Path(__file__).with_name("training.py")
Measured = dict[str, list[float]]


def trained(source: str) -> Measured:
    """What a training step with the loss measures; see ``training``."""
    run = subprocess.run(
        [sys.executable, str(PROGRAM)], input=source, capture_output=True, text=True, check=False, timeout=300
    )
    assert run.returncode == 0, run.stderr[-2000:]
    measured: Measured = json.loads(run.stdout.splitlines()[-1])
    return measured


@pytest.fixture(scope="module")
def before() -> Measured:
    return trained(LOSS)


@pytest.fixture(scope="module")
def after(tmp_path_factory: pytest.TempPathFactory) -> Measured:
    source, findings = mended_source(LOSS, tmp_path_factory.mktemp("program"))
    assert source != LOSS and not findings
    return trained(source)


def test_two_replicas_have_the_gradient_of_one(after: Measured) -> None:
    assert after["replicas"] == pytest.approx(after["alone"], rel=1e-5)


def test_the_sum_is_as_many_times_larger_as_there_are_samples(before: Measured, after: Measured) -> None:
    assert before["alone"] == pytest.approx([8 * each for each in after["alone"]], rel=1e-5)


def test_sample_weight_still_weighs_samples(before: Measured, after: Measured) -> None:
    """Weights of 1 change nothing; those that leave two samples give another direction, which a scalar never has."""
    assert after["ones"] == pytest.approx(after["alone"], rel=1e-5)

    def turned(measured: Measured) -> bool:
        ratios = [one / other for one, other in zip(measured["first"], measured["alone"], strict=True)]
        return max(ratios) - min(ratios) > 0.1

    assert turned(after)
    assert not turned(before)
