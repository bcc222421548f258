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


STEP = """\
import tensorflow as tf

strategy = tf.distribute.MirroredStrategy(["CPU:0", "CPU:1"])

with strategy.scope():
    model = tf.keras.Sequential([tf.keras.Input((3,)), tf.keras.layers.Dense(2, use_bias=False)])
    optimizer = tf.keras.optimizers.SGD(1.0)


def step(inputs):
    x, y = inputs
    with tf.GradientTape() as tape:
        error = tf.reduce_sum(tf.square(y - model(x)), axis=-1)
        loss = LOSS
    gradients = tape.gradient(loss, model.trainable_variables)
    optimizer.apply_gradients(zip(gradients, model.trainable_variables))
    return loss


@tf.function
def distributed_step(inputs):
    return strategy.run(step, args=(inputs,))
"""


def moved(source: str, path: Path) -> tuple[list[float], list[float]]:
    """How far one step of a loop moves the weights, and how far it should; see ``replicated``."""
    path.write_text(source, encoding="utf-8")
    program = Path(__file__).with_name("replicated.py")
    run = subprocess.run(
        [sys.executable, str(program), str(path)], capture_output=True, text=True, check=False, timeout=300
    )
    assert run.returncode == 0, run.stderr[-2000:]
    measured: Measured = json.loads(run.stdout.splitlines()[-1])
    return measured["moved"], measured["wanted"]


@pytest.mark.parametrize(("loss", "times"), [("tf.reduce_mean(error)", 2), ("tf.reduce_sum(error)", 8)])
def test_a_loop_on_two_replicas_moves_as_the_global_mean_says(loss: str, times: int, tmp_path: Path) -> None:
    source = STEP.replace("LOSS", loss)
    went, wanted = moved(source, tmp_path / "loop.py")
    assert went == pytest.approx([times * each for each in wanted], rel=1e-4)
    mended, findings = mended_source(source, tmp_path)
    assert "tf.nn.compute_average_loss(" in mended
    assert not findings
    went, wanted = moved(mended, tmp_path / "mended_loop.py")
    assert went == pytest.approx(wanted, rel=1e-4)
