"""The net of words: what may hold a loss gets through, and most other code does not."""

from __future__ import annotations

import itertools

import pytest

from losslint.analysis.vocabulary import OUTPUTS, TARGETS
from losslint.source.prefilter import prefilter

NET = prefilter(targets=TARGETS, outputs=OUTPUTS, names=())

THROUGH = {
    "loss-in-a-name": "def focal_loss(a, b): ...",
    "loss-class": "class Focal(Base):\n    '''A Loss.'''",
    "capitals": "LOSS = 1",
    "parameters": "def f(y_true, y_pred): ...",
    "other-spelling": "def distance(gt, pr): return K.sum(gt - pr)",
    "lambda": "f = lambda y, output: tf.reduce_sum(y - output)",
    "annotated": "def f(\n    labels: tf.Tensor,\n    logits: tf.Tensor,\n): ...",
    "tape": "with tf.GradientTape() as tape: ...",
    "optimizer": "opt.minimize(f)",
    "short-name": "def mse(a, b): ...",
    "short-name-in-a-name": "def weighted_dice(a, b): ...",
    "comment": "# losslint: loss\ndef f(a): ...",
}
HELD_BACK = {
    "empty": "",
    "data-table": "X = [1, 2, 3]",
    "framework-alone": "import tensorflow as tf\nx = tf.reduce_sum(y)",
    "themselves": "they do it themselves, and miou is not there",
    "indices": "indices = [0]",
    "one-parameter": "def layer(output, training): ...",
}


@pytest.mark.parametrize("text", THROUGH.values(), ids=THROUGH.keys())
def test_through(text: str) -> None:
    assert NET.may_hold_loss(text.encode())


@pytest.mark.parametrize("text", HELD_BACK.values(), ids=HELD_BACK.keys())
def test_held_back(text: str) -> None:
    assert not NET.may_hold_loss(text.encode())


def test_every_pair_of_parameters_that_makes_a_loss_gets_through() -> None:
    pairs = itertools.product(TARGETS, OUTPUTS)
    assert all(NET.may_hold_loss(f"def f({target}, {output}):\n    ...".encode()) for target, output in pairs)


@pytest.mark.parametrize("name", ["regret", "*_regret", "dual_*"])
def test_names_from_the_configuration_get_through(name: str) -> None:
    code = b"def dual_regret(a, b): ..."
    assert not NET.may_hold_loss(code)
    assert prefilter(targets=TARGETS, outputs=OUTPUTS, names=[name]).may_hold_loss(code)
