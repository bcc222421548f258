"""The framework: everything that TensorFlow and Keras must be told stands here."""

from __future__ import annotations

import contextlib
import importlib
import inspect
import os
import sys
from typing import TYPE_CHECKING, Any

from .errors import Unsupported
from .inputs import batch_axes
from .running import watched

if TYPE_CHECKING:
    from collections.abc import Callable

    from .wire import Batch, Specs, Step


class TensorFlow:
    """The framework: everything that TensorFlow and Keras must be told is in this class."""

    def __init__(self, gpu: bool = False, threads: int = 1) -> None:
        os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
        os.environ["KERAS_BACKEND"] = "tensorflow"
        if not gpu:
            os.environ["CUDA_VISIBLE_DEVICES"] = "-1"
        import tensorflow as tf  # type: ignore[import-untyped]

        self.tf = tf
        tf.get_logger().setLevel("ERROR")
        with contextlib.suppress(RuntimeError):
            tf.config.threading.set_intra_op_parallelism_threads(threads)
            # the operations of a loss are small: handing them from thread to thread costs more than it gains
            tf.config.threading.set_inter_op_parallelism_threads(1)
        tf.autograph.set_verbosity(0)
        tf.debugging.disable_traceback_filtering()
        tf.config.optimizer.set_experimental_options({"disable_meta_optimizer": True})
        self.version = tf.__version__
        self.needs_autograph = tf.errors.OperatorNotAllowedInGraphError
        self.out_of_memory = (MemoryError, tf.errors.ResourceExhaustedError)
        # other inputs will not help against these
        self.whatever_the_inputs = (Unsupported, NameError, ImportError, *self.out_of_memory)
        self.chosen: dict[str, str] = {}
        """The policies of types that the module of the loss has chosen, by the Keras that it told."""
        with contextlib.suppress(Exception):
            self._restore_keras_2_backend()
        self._stay_eager()

    def _stay_eager(self) -> None:
        """What files of TensorFlow 1 switch off for their process, they would switch off for every loss after them.

        Their losses are functions of tensors all the same, and ``tensorflow.compat.v1`` runs them eagerly.
        """
        with contextlib.suppress(ImportError):
            importlib.import_module("tensorflow.compat.v1")
        for name, module in list(sys.modules.items()):
            if name.startswith("tensorflow.") and name.endswith("compat.v1"):
                for switch in ("disable_v2_behavior", "disable_eager_execution"):
                    setattr(module, switch, lambda: None)

    def _restore_keras_2_backend(self) -> None:
        """``from keras import backend as K`` finds ``K.sum`` and the like under Keras 3 too."""
        backend, legacy = sys.modules["keras"].backend, self.tf.keras.backend
        for name in dir(legacy):
            if not name.startswith("_") and not hasattr(backend, name):
                setattr(backend, name, getattr(legacy, name))

    def seed(self) -> None:
        self.tf.random.set_seed(0)

    def float_type(self, dtype: str) -> None:
        """Sets Keras' default float, in whichever Keras is loaded, and the policy that goes with it.

        The first layer ever made would else say what the policy is from then on.
        """
        for name, keras in _loaded():
            with contextlib.suppress(Exception):
                keras.backend.set_floatx(dtype)
            with contextlib.suppress(Exception):
                keras.mixed_precision.set_global_policy(self.chosen.get(name, dtype))

    def choices(self) -> dict[str, str]:
        """The policies in force that are more than Keras' default float."""
        found = {}
        for name, keras in _loaded():
            with contextlib.suppress(Exception):
                policy = keras.mixed_precision.global_policy().name
                if policy != keras.backend.floatx():
                    found[name] = policy
        return found

    def eager(self, function: Callable[[Batch], Any], watched: list[int]) -> Step:
        """A function of a list of inputs that returns shape, value and gradients; runs op by op."""
        tf = self.tf

        def run(inputs: Batch) -> tuple[Any, Any, Any, str]:
            tensors = [tf.convert_to_tensor(x) if hasattr(x, "dtype") else x for x in inputs]
            with tf.GradientTape() as tape:
                for i in watched:
                    tape.watch(tensors[i])
                out = pick(function(tensors), tf)
                value = tf.cast(out, self._wide(out.dtype))
                if out.shape.rank != 0:  # the mean of one number is that number, at a tenth of the tracing
                    value = tf.reduce_mean(value)
            gradients = tape.gradient(value, [tensors[i] for i in watched], unconnected_gradients="zero")
            shape = out.shape if out.shape.is_fully_defined() else tf.shape(out)
            return shape, value, [tf.convert_to_tensor(g) for g in gradients], out.dtype.name

        return run

    def _wide(self, dtype: Any) -> Any:
        return dtype if dtype.is_floating else self.tf.float64

    def graph(self, function: Callable[[Batch], Any], specs: Specs, example: Batch) -> Step:
        """The same inside ``tf.function``, traced once with an unknown batch size."""
        tf = self.tf
        run = self.eager(function, watched(specs))
        where: list[int] = []
        told: list[tuple[Any, str]] = []
        signature = []
        for i, (spec, array) in enumerate(zip(specs, example)):
            if "value" not in spec:
                where.append(i)
                shape = [None if axis in batch_axes(spec) else size for axis, size in enumerate(array.shape)]
                signature.append(tf.TensorSpec(shape, tf.as_dtype(array.dtype)))

        def step(*tensors: Any) -> tuple[Any, Any, Any]:
            inputs = list(example)
            for i, tensor in zip(where, tensors):
                inputs[i] = tensor
            shape, value, gradients, dtype = run(inputs)
            known = isinstance(shape, tf.TensorShape)
            told.append((shape if known else None, dtype))
            return (() if known else shape), value, gradients

        traced = tf.function(step, autograph=False).get_concrete_function(*signature)

        def call(inputs: Batch) -> tuple[Any, Any, Any, str]:
            shape, value, gradients = traced(*(tf.constant(inputs[i]) for i in where))
            known, dtype = told[-1]
            return (shape if known is None else known), value, gradients, dtype

        return call


def _loaded() -> list[tuple[str, Any]]:
    """Whichever Keras is loaded, by name."""
    return [(name, sys.modules[name]) for name in ("keras", "tf_keras") if name in sys.modules]


LOSS_KEYS = ("loss", "total_loss", "total", "objective")


def pick(out: Any, tf: Any) -> Any:
    """The tensor that is minimised: of a dict its loss, of a tuple its first entry."""
    if isinstance(out, dict):
        key = next((k for k in LOSS_KEYS if k in out), None)
        out = out[key] if key else tf.add_n([tf.reduce_mean(pick(v, tf)) for v in out.values()])
    elif isinstance(out, (tuple, list)) and out:
        out = out[0] if isinstance(out, tuple) else tf.convert_to_tensor(out)
    if out is None:
        raise Unsupported("it returns nothing")
    if inspect.isgenerator(out) or inspect.isawaitable(out):
        raise Unsupported("it is a generator or a coroutine, and returns no loss when it is called")
    if hasattr(out, "to_tensor"):
        out = out.to_tensor()
    return tf.convert_to_tensor(out)
