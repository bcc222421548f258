"""What one module tells Keras about types is for its own losses, in a worker that serves many modules."""

from __future__ import annotations

import textwrap

import pytest

from losslint.confirm import ConfirmOptions, LossRequest, confirm_losses

pytestmark = pytest.mark.tensorflow

LAYERED = """
import {keras} as keras
import tensorflow as tf

{setting}

def layered_loss(y_true, y_pred):
    dense = keras.layers.Dense(3, kernel_initializer="ones")
    with open(__file__ + ".seen", "a") as seen:
        print(dense.compute_dtype, file=seen)
    return tf.reduce_mean(tf.square(tf.cast(dense(y_pred), tf.float32) - tf.cast(y_true, tf.float32)))
"""
SETTINGS = {"half.py": "keras.mixed_precision.set_global_policy('mixed_float16')", "plain.py": ""}


@pytest.mark.parametrize("keras", ["keras", "tf_keras"])
def test_a_policy_ends_with_the_losses_of_its_module(tmp_path, keras):
    pytest.importorskip(keras)
    for name, setting in SETTINGS.items():
        (tmp_path / name).write_text(textwrap.dedent(LAYERED.format(keras=keras, setting=setting)))
    order = ["plain.py", "half.py", "plain.py", "half.py"]
    requests = [LossRequest(str(tmp_path / name), "layered_loss") for name in order]
    for result in confirm_losses(requests, ConfirmOptions()):
        assert result.status == "measured", result.reason
        assert result.verdict == "invariant"
    seen = {name: set((tmp_path / f"{name}.seen").read_text().split()) for name in SETTINGS}
    assert seen == {
        "plain.py": {"float64", "float32"},
        "half.py": {"float16"},
    }  # single precision only to trace it
