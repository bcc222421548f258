"""One training step of a small model with a loss: alone, and on two replicas that are two logical CPU devices.

Run as a program: reads a module's source with ``my_loss`` on stdin, prints what was measured as JSON.
"""

from __future__ import annotations

import json
import os
import sys
from typing import Any

os.environ |= {"TF_CPP_MIN_LOG_LEVEL": "3", "CUDA_VISIBLE_DEVICES": "-1", "KERAS_BACKEND": "tensorflow"}

import contextlib

import numpy as np
import tensorflow as tf

SAMPLES = 8


def step(loss: Any, scope: Any, weights: Any = None) -> list[float]:
    """The gradient of one step of plain gradient descent on one global batch."""
    import keras

    rng = np.random.default_rng(3)
    x, y = rng.normal(size=(SAMPLES, 3)).astype("float32"), rng.normal(size=(SAMPLES, 2)).astype("float32")
    with scope:
        inputs = keras.Input((3,))
        model = keras.Model(inputs, keras.layers.Dense(2, use_bias=False, kernel_initializer="ones")(inputs))
        model.compile(optimizer=keras.optimizers.SGD(1.0), loss=loss)
    before = np.array(model.get_weights()[0])
    model.fit(x, y, batch_size=SAMPLES, sample_weight=weights, epochs=1, shuffle=False, verbose=0)
    return [float(v) for v in (before - np.array(model.get_weights()[0])).ravel()]


def main() -> None:
    """Measure."""
    cpu = tf.config.list_physical_devices("CPU")[0]
    tf.config.set_logical_device_configuration(cpu, [tf.config.LogicalDeviceConfiguration()] * 2)
    names: dict[str, Any] = {}
    exec(sys.stdin.read(), names)
    loss = names["my_loss"]
    strategy = tf.distribute.MirroredStrategy(["CPU:0", "CPU:1"])
    assert strategy.num_replicas_in_sync == 2
    first = np.array([1.0, 2.0] + [0.0] * (SAMPLES - 2), dtype="float32")
    measured = {
        "alone": step(loss, contextlib.nullcontext()),
        "replicas": step(loss, strategy.scope()),
        "ones": step(loss, contextlib.nullcontext(), np.ones(SAMPLES, dtype="float32")),
        "first": step(loss, contextlib.nullcontext(), first),
    }
    print(json.dumps(measured))


if __name__ == "__main__":
    main()
