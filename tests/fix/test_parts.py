"""Fixes of a large file are proved on parts of it: the same offers, at a cost that grows with the file."""

from __future__ import annotations

import sys
from pathlib import Path
from types import FrameType
from typing import Any

import pytest

from losslint.config import AnalysisSettings
from losslint.engine import check_source
from losslint.fix.parts import parts
from losslint.fix.prove import Offer, Prover
from losslint.source.text import SourceText

FIXTURES = Path(__file__).parents[2] / "fixtures"
HEADER = "import tensorflow as tf\n\nSCALE = 0.5\n\n\n"
BAD = "def loss_{k}(y_true, y_pred):\n    return SCALE * tf.reduce_sum(tf.square(y_true - y_pred))\n\n\n"
HELPER = (
    "def total(x):\n    return tf.reduce_sum(x)\n\n\n"
    "def first_loss(y_true, y_pred):\n    return tf.math.log(1.0 + total(tf.abs(y_true - y_pred)))\n\n\n"
    "def second_loss(y_true, y_pred):\n    return total(tf.square(y_true - y_pred))\n\n\n"
)
CLASS = (
    "class Summed(tf.keras.losses.Loss):\n    def call(self, y_true, y_pred):\n"
    "        return tf.reduce_sum(tf.abs(y_true - y_pred))\n\n\n"
)
TRAINING = (
    "LOSSES = {'first': first_loss}\n\n\n@tf.function\ndef train(model, x, y):\n    with tf.GradientTape() as tape:\n"
    "        loss = LOSSES['first'](y, model(x))\n    return tape.gradient(loss, model.trainable_variables)\n"
)
MANY = HEADER + "".join(BAD.format(k=k) for k in range(6)) + HELPER + CLASS + TRAINING


def offers(text: str) -> list[Offer]:
    source = SourceText("losses.py", text)
    findings, _ = check_source(source, AnalysisSettings())
    return list(Prover(source, AnalysisSettings(), lambda code: True).offers(findings))


@pytest.mark.parametrize("end", ["\n", "\r\n"])
def test_the_offers_are_those_of_the_whole_file(end: str, monkeypatch: pytest.MonkeyPatch) -> None:
    text = MANY.replace("\n", end)
    in_parts = offers(text)
    monkeypatch.setattr("losslint.fix.parts.FEW", 1000)
    assert in_parts == offers(text)
    assert sum(bool(offer.fix and offer.fix.edits) for offer in in_parts) == 7


@pytest.mark.parametrize(
    "path", sorted(FIXTURES.rglob("*.py")), ids=lambda path: str(path.relative_to(FIXTURES))
)
def test_so_are_those_of_the_fixtures(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    text = path.read_bytes().decode("latin-1" if "latin" in path.name else "utf-8-sig")
    monkeypatch.setattr("losslint.fix.parts.FEW", 0)
    in_parts = offers(text)
    monkeypatch.setattr("losslint.fix.parts.FEW", 1000)
    assert in_parts == offers(text)


def test_a_part_holds_what_can_depend_on_it() -> None:
    source = SourceText("losses.py", MANY)
    findings, _ = check_source(source, AnalysisSettings())
    by_function = {
        finding.function: part.source for part in parts(source, findings) for finding in part.findings
    }
    alone = by_function["loss_0"]
    assert (
        "\ndef loss_0" in alone.text
        and "\npass  # def loss_1" in alone.text
        and "\nSCALE = 0.5" in alone.text
    )
    assert len(alone.lines) == len(source.lines)
    shared = by_function["first_loss"]
    assert all(f"\n{name}" in shared.text for name in ("def total", "def second_loss", "def train", "LOSSES"))


def test_the_cost_grows_with_the_file() -> None:
    small, large = (calls(HEADER + "".join(BAD.format(k=k) for k in range(size))) for size in (20, 40))
    assert large < 2.3 * small


def calls(text: str) -> int:
    """How many calls of Python functions it takes to prove all fixes of a file."""
    number = 0

    def count(frame: FrameType, event: str, argument: Any) -> None:
        nonlocal number
        number += event == "call"

    offers(text)  # what is loaded once is loaded
    before = sys.getprofile()
    sys.setprofile(count)
    try:
        offers(text)
    finally:
        sys.setprofile(before)
    return number
