"""Examples that are programs (a compiled model, a training step, a layer): what one step of them minimises.

Every program is run on a linear model with one weight, and the gradient is read off as the change of that
weight under gradient descent. The conventions, by the name that an example gives as its loss:

``build(optimizer)``                            returns a compiled model
``build(strategy, optimizer)``                  likewise; ``optimizer`` is called in the scope
``train_step(model, optimizer, x, y)``          applies one step
``train(strategy, model, optimizer, batches)``  applies one step for every batch; may also ask for the
                                                ``global_batch_size``
a subclass of ``Layer``                         is called, and what it gave to ``add_loss`` is differentiated
"""

from __future__ import annotations

import inspect
from functools import partial

import keras
import numpy as np
import tensorflow as tf
from losslint.rules._rule import Example

SAMPLES = np.arange(1.0, 5.0, dtype="float32").reshape(4, 1)
RATE = 1e-3


def gradient(example: Example, copies: int = 1, strategy: tf.distribute.Strategy | None = None) -> float:
    """Gradient in the one weight, for four samples with target 0, each repeated ``copies`` times."""
    keras.config.set_floatx("float32")  # whatever ran before in this process
    keras.config.set_dtype_policy("float32")
    namespace: dict[str, object] = {"__name__": "example"}
    exec(compile(example.code, example.loss, "exec"), namespace)
    program = namespace[example.loss]
    strategy = strategy or tf.distribute.get_strategy()
    x = np.tile(SAMPLES, (copies, 1))
    if inspect.isclass(program):
        return _added(program(), x)
    return _RUN[example.loss](program, strategy, x, np.zeros_like(x))


def _build(program, strategy, x, y):
    optimizer = partial(keras.optimizers.SGD, RATE)
    wants_strategy = "strategy" in inspect.signature(program).parameters
    model = program(strategy, optimizer) if wants_strategy else program(optimizer())
    with strategy.scope():
        model.build((None, 1))
    model.set_weights([np.ones((1, 1), "float32")])
    model.fit(x, y, batch_size=len(x), verbose=0, shuffle=False)
    return (1.0 - model.get_weights()[0].item()) / RATE


def _train_step(program, strategy, x, y):
    model, optimizer = _model(strategy)
    program(model, optimizer, x, y)
    return (1.0 - model.get_weights()[0].item()) / RATE


def _train(program, strategy, x, y):
    model, optimizer = _model(strategy)
    batches = tf.data.Dataset.from_tensor_slices((x, y)).batch(len(x))
    wants_size = "global_batch_size" in inspect.signature(program).parameters
    program(strategy, model, optimizer, batches, **({"global_batch_size": len(x)} if wants_size else {}))
    return (1.0 - model.get_weights()[0].item()) / RATE


_RUN = {"build": _build, "train_step": _train_step, "train": _train}


def _model(strategy):
    with strategy.scope():
        layer = keras.layers.Dense(1, use_bias=False, kernel_initializer="ones")
        model = keras.Sequential([keras.Input((1,)), layer])
        optimizer = keras.optimizers.SGD(RATE)
        optimizer.build(model.trainable_variables)
    return model, optimizer


def _added(layer, x):
    weight = tf.constant(1.0)
    with tf.GradientTape() as tape:
        tape.watch(weight)
        layer(x * weight)
        total = tf.add_n([tf.reduce_sum(loss) for loss in layer.losses])
    return float(tape.gradient(total, weight))
