"""One step of a training loop of one's own on two replicas, which are two logical CPU devices.

Run as a program on a file that binds ``model``, ``strategy`` and ``distributed_step``: prints as JSON
how far the step moved the weights, and how far the gradient of the mean over the global batch would have.
"""

from __future__ import annotations

import json
import os
import sys
from pathlib import Path
from typing import Any

os.environ |= {"TF_CPP_MIN_LOG_LEVEL": "3", "CUDA_VISIBLE_DEVICES": "-1", "KERAS_BACKEND": "tensorflow"}

import numpy as np
import tensorflow as tf

SAMPLES = 8


def main() -> None:
    """Measure."""
    cpu = tf.config.list_physical_devices("CPU")[0]
    tf.config.set_logical_device_configuration(cpu, [tf.config.LogicalDeviceConfiguration()] * 2)
    names: dict[str, Any] = {"__name__": "replicated"}
    path = Path(sys.argv[1])  # autograph reads the source of what it traces
    exec(compile(path.read_text(encoding="utf-8"), path, "exec"), names)
    strategy, model = names["strategy"], names["model"]
    assert strategy.num_replicas_in_sync == 2
    rng = np.random.default_rng(3)
    x, y = (rng.normal(size=(SAMPLES, size)).astype("float32") for size in (3, 2))
    with tf.GradientTape() as tape:
        wanted = tf.reduce_mean(tf.reduce_sum(tf.square(y - model(x)), axis=-1))
    gradient = tape.gradient(wanted, model.trainable_variables[0])
    before = np.array(model.get_weights()[0])
    half = SAMPLES // 2

    def share(context: tf.distribute.experimental.ValueContext) -> tuple[Any, Any]:
        at = context.replica_id_in_sync_group * half
        return tf.constant(x[at : at + half]), tf.constant(y[at : at + half])

    names["distributed_step"](strategy.experimental_distribute_values_from_function(share))
    moved = before - np.array(model.get_weights()[0])
    print(json.dumps({"moved": moved.ravel().tolist(), "wanted": np.array(gradient).ravel().tolist()}))


if __name__ == "__main__":
    main()
