"""Runs losses and returns what was measured. One file: standard library plus the framework, Python >= 3.9.

It is started as a script by the interpreter that has the framework, so it must import nothing of losslint.
Requests and answers are JSON in frames (a four-byte big-endian length, then the bytes) on private copies of
stdin and stdout; the loss itself sees an empty stdin and a closed-off stdout, so its prints disturb nobody.

The worker only measures: values, gradient norms, differences. What they mean is judged in ``verdict.py``.
"""

# ruff: noqa: B905, PTH109, PTH113, PTH118, PTH123, RUF007, SIM115
from __future__ import annotations

import contextlib
import filecmp
import gc
import importlib
import importlib.util
import inspect
import io
import json
import linecache
import math
import os
import random
import re
import signal
import struct
import sys
import threading
import time
import types
from typing import IO, TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    Json = dict[str, Any]
    Spec = dict[str, Any]  # one input, as ``specs.InputSpec.to_wire`` writes it
    Specs = list[Spec]
    Array = Any  # numpy.ndarray; numpy comes with the framework
    Batch = list[Any]  # one array or literal per spec
    Shape = tuple[int, ...]
    Step = Callable[[Batch], tuple[Any, Any, Any, str]]  # to shape, value, gradients, dtype of the result

with contextlib.suppress(ImportError):  # without it there is no framework either, and ``serve`` says so
    import numpy as np

COPIES = (1, 2, 4, 8, 16)
ONLY_SINGLE = "ok in float32"  # in float64 only its constants were of the wrong precision
PATIENCE = 4  # families of inputs on which a loss may give two values before it counts as random
LARGEST_BATCH = 4e6  # entries; a curve is not followed further than this
ROUNDING = {"float64": 2e-6, "float32": 1e-4, "float16": 2e-2, "bfloat16": 5e-2}
SMALL, LARGE, GROUPS = 8, 64, 3
COLLECT_AFTER = (50_000, 20, 20)  # objects; tracing makes many that live as long as the trace
# what the other half of a batch is exchanged from and to: more of the same, and across whatever kink there is
EXCHANGES = (("unit", "unit"), ("up", "down"), ("large", "small"), ("unit", "up"), ("down", "unit"))


class Unsupported(Exception):
    """The loss cannot be run without help; the text says what is missing."""


class NotDeterministic(Unsupported):
    """The same batch gave two values."""


class Failed(Exception):
    """The loss raised, or gave nothing that can be measured, on every input that was tried."""


class ImportTooSlow(BaseException):
    """Importing the module took more than its share of the time limit."""


# --- inputs: one drawing function per kind ------------------------------------------------------------------


def _axis_size(dim: int | str, n: int) -> int:
    if isinstance(dim, int):
        return dim
    factor = dim.replace("*", "").replace("N", "")
    return n * int(factor or 1)


def batch_axes(spec: Spec) -> list[int]:
    """Positions of the axes that extend with N."""
    return [axis for axis, dim in enumerate(spec["shape"]) if isinstance(dim, str)]


def _softmax(x: Array) -> Array:
    e = np.exp(x - x.max(axis=-1, keepdims=True))
    return e / e.sum(axis=-1, keepdims=True)


def _sigmoid(x: Array) -> Array:
    return 1.0 / (1.0 + np.exp(-x))


def _prob(rng: Any, shape: Shape, spec: Spec, scale: float, shift: float) -> Array:
    x = rng.normal(size=shape) * scale
    if not shape or shape[-1] == 1:
        return _sigmoid(x + shift)
    x[..., 0 if shift > 0 else -1] += abs(shift)
    return _softmax(x)


def _onehot(rng: Any, shape: Shape, spec: Spec, scale: float, shift: float) -> Array:
    return np.eye(shape[-1])[rng.integers(0, shape[-1], size=shape[:-1])]


def _boxes(rng: Any, shape: Shape, spec: Spec, scale: float, shift: float) -> Array:
    low, size = rng.uniform(0.0, 0.5, size=(2, *shape[:-1], shape[-1] // 2))
    return np.concatenate([low, low + size + 0.05], axis=-1)


def _unit(rng: Any, shape: Shape, spec: Spec, scale: float, shift: float) -> Array:
    x = rng.normal(size=shape)
    return x / np.linalg.norm(x, axis=-1, keepdims=True)


def _int(rng: Any, shape: Shape, spec: Spec, scale: float, shift: float) -> Array:
    return rng.integers(spec.get("low", 0), spec.get("high", 3) + 1, size=shape)


def _mask(rng: Any, shape: Shape, spec: Spec, scale: float, shift: float) -> Array:
    """Zeros and ones; the first entry of the innermost axis is kept, so that no sample is empty."""
    mask = (rng.uniform(size=shape) < 0.7) * 1.0
    if shape and shape[-1] > 1:
        mask[..., 0] = 1.0
    return mask


def _smooth(rng: Any, shape: Shape, spec: Spec, scale: float, shift: float) -> Array:
    """Images in (0, 1): noise blurred along the inner axes."""
    x = rng.normal(size=shape)
    for axis in range(1, max(1, len(shape) - 1)):
        x = (x + np.roll(x, 1, axis) + np.roll(x, -1, axis)) / 1.7
    return _sigmoid(x)


def _binary(rng: Any, shape: Shape, spec: Spec, scale: float, shift: float) -> Array:
    return (rng.uniform(size=shape) < _sigmoid(shift)) * 1.0


KINDS: dict[str, Any] = {
    "real": lambda rng, shape, spec, scale, shift: rng.normal(size=shape) * scale + shift,
    "positive": lambda rng, shape, spec, scale, shift: (
        (0.1 + rng.gamma(2.0, 0.5, shape)) * scale * 1.5**shift
    ),
    "prob": _prob,
    "unit-interval": lambda rng, shape, spec, scale, shift: _sigmoid(rng.normal(size=shape) * scale + shift),
    "binary": _binary,
    "sign": lambda *how: _binary(*how) * 2.0 - 1.0,
    "onehot": _onehot,
    "int": _int,
    "index": lambda rng, shape, spec, scale, shift: rng.integers(0, max(1, shape[0]), size=shape),
    "bool": lambda *how: _binary(*how) > 0.0,
    "mask": _mask,
    "box": _boxes,
    "unit": _unit,
    "image": _smooth,
    "zeros": lambda rng, shape, spec, scale, shift: np.zeros(shape),
    "ones": lambda rng, shape, spec, scale, shift: np.ones(shape),
}
EXACT_KINDS = {"int": "int32", "index": "int32", "size": "int32", "bool": "bool"}
# what a draw is like: its scale, and the shift of its predictions (kinks lie somewhere between up and down)
VARIANTS = {
    "unit": (1.0, 0.0),
    "small": (0.1, 0.0),
    "large": (10.0, 0.0),
    "up": (1.0, 3.0),
    "down": (1.0, -3.0),
    "fit": (1.0, 0.0),
}


def draw(specs: Specs, n: int, seed: int, variant: str, dtype: str) -> Batch:
    """A batch of n samples: one array per spec. Arrays without a batch axis are the same in every batch."""
    arrays = []
    for position, spec in enumerate(specs):
        if "value" in spec:
            arrays.append(spec["value"])
            continue
        if spec["kind"] == "size":
            arrays.append(np.asarray(n, spec.get("dtype") or "int32"))
            continue
        shape = tuple(_axis_size(dim, n) for dim in spec["shape"])
        rng = np.random.default_rng([seed if batch_axes(spec) else 0, position])
        scale, shift = VARIANTS[variant]
        if not batch_axes(spec):
            scale, shift = 1.0, 0.0
        elif spec["role"] != "prediction":
            shift = 0.0
        array = KINDS[spec["kind"]](rng, shape, spec, scale, shift)
        arrays.append(np.asarray(array, spec.get("dtype") or EXACT_KINDS.get(spec["kind"], dtype)))
    return _fitted(specs, arrays) if variant == "fit" else arrays


def _fitted(specs: Specs, arrays: Batch) -> Batch:
    """Predictions that almost equal the targets: what the loss is near its minimum."""
    targets = [a for a, s in zip(arrays, specs) if s["role"] == "target" and "value" not in s]
    fitted = list(arrays)
    for i, (array, spec) in enumerate(zip(arrays, specs)):
        if spec["role"] == "prediction" and spec.get("kind") == "real":
            for target in targets:
                if target.shape == array.shape and target.dtype == array.dtype:
                    fitted[i] = target + (1e-6 if array.dtype == "float64" else 1e-2) * array
    return fitted


def can_fit(specs: Specs) -> bool:
    """Whether some prediction has a target of its own shape and kind."""
    targets = [s["shape"] for s in specs if s["role"] == "target" and s.get("kind") == "real"]
    return any(s["role"] == "prediction" and s.get("kind") == "real" and s["shape"] in targets for s in specs)


def _per_axis(specs: Specs, arrays: Batch, change: Callable[[Array, list[int]], Array]) -> Batch:
    return [a if "value" in s else change(a, batch_axes(s)) for a, s in zip(arrays, specs)]


def replicate(specs: Specs, arrays: Batch, copies: int) -> Batch:
    """The batch with every sample repeated ``copies`` times (the whole batch, again and again)."""

    def tile(array: Array, axes: list[int]) -> Array:
        return np.tile(array, [copies if axis in axes else 1 for axis in range(array.ndim)])

    return _resized(specs, _per_axis(specs, arrays, tile), copies, 1)


def part(specs: Specs, arrays: Batch, start: int, stop: int, n: int) -> Batch:
    """Samples start..stop of a batch of n."""

    def cut(array: Array, axes: list[int]) -> Array:
        for axis in axes:
            unit = array.shape[axis] // n
            index = [slice(None)] * array.ndim
            index[axis] = slice(start * unit, stop * unit)
            array = array[tuple(index)]
        return array

    return _resized(specs, _per_axis(specs, arrays, cut), stop - start, n)


def _resized(specs: Specs, arrays: Batch, times: int, over: int) -> Batch:
    """Inputs that *are* the batch size follow it."""
    return [a * times // over if s.get("kind") == "size" else a for a, s in zip(arrays, specs)]


def graft(specs: Specs, kept: Batch, other: Batch, n: int) -> Batch:
    """The first half of the samples from ``kept``, the rest (and what lies between them) from ``other``."""
    grafted = []
    for spec, a, b in zip(specs, kept, other):
        if "value" not in spec and batch_axes(spec):
            index = _half(a, batch_axes(spec), n)
            b = b.copy()
            b[index] = a[index]
        grafted.append(b)
    return grafted


def _half(array: Array, axes: list[int], n: int) -> tuple[slice, ...]:
    """The index of the first half of the samples."""
    index = [slice(None)] * array.ndim
    for axis in axes:
        index[axis] = slice(0, (n // 2) * (array.shape[axis] // n))
    return tuple(index)


# --- loading: from a qualified name to something callable ---------------------------------------------------


def load(request: Json) -> tuple[Callable[..., Any], str]:
    """The callable, and whether it came from its ``module`` or, failing that, from a ``slice``."""
    if "source" in request:
        return _resolve(_execute(request["source"], request.get("path")), request), "source"
    namespace = None
    if request.get("skip_import") is None:
        try:
            with _alarm(request.get("import_seconds")):
                namespace = vars(_import(request))
        except (Exception, SystemExit, ImportTooSlow) as error:
            request["skip_import"] = request["import_error"] = one_line(error)
    if namespace is not None:
        try:
            return _resolve(namespace, request), "module"
        except Unsupported:
            raise
        except Exception as error:  # a factory that does more than make a function: its slice does not
            request["skip_import"] = one_line(error)
    try:
        return _resolve(_execute(request["slice"], None), request), "slice"
    except Exception as error:
        raise Unsupported(f"{request['skip_import']}; without its module: {one_line(error)}") from error


@contextlib.contextmanager
def _alarm(seconds: float | None) -> Iterator[None]:
    if not seconds or not hasattr(signal, "setitimer"):
        yield
        return

    def ring(signum: int, frame: Any) -> None:
        raise ImportTooSlow(f"importing the module took more than {seconds:.0f} s")

    before = signal.signal(signal.SIGALRM, ring)
    signal.setitimer(signal.ITIMER_REAL, seconds)
    try:
        yield
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0)
        signal.signal(signal.SIGALRM, before)


def _execute(source: str, path: str | None) -> Json:
    """Runs a source text as a module of its own; its lines stay known, because autograph reads them."""
    name = f"losslint_source_{next(_serial)}"
    path = path or f"{name}.py"
    module = types.ModuleType(name)
    module.__file__ = path
    vars(module)["__loader__"] = _Text(source)
    linecache.cache[path] = (len(source), None, source.splitlines(True), path)
    sys.modules[name] = module
    exec(compile(source, path, "exec"), vars(module))
    return vars(module)


class _Text:
    """As much of a loader as ``linecache`` asks for, whose records autograph throws away."""

    def __init__(self, source: str) -> None:
        self.source = source

    def get_source(self, name: str) -> str:
        return self.source


_serial = iter(range(1 << 60))


def _import(request: Json) -> types.ModuleType:
    """Imports the file as the module it is part of, with its roots in front of ``sys.path``."""
    path, name, roots = os.path.realpath(request["path"]), request["module"], request["roots"]
    sys.path[:0] = [root for root in roots if root not in sys.path]
    loaded = sys.modules.get(name)
    if loaded is not None and os.path.realpath(getattr(loaded, "__file__", None) or "") == path:
        return loaded
    if "." in name:
        module = importlib.import_module(name)
        if not _same_file(module, path):
            raise Unsupported(f"{name} is imported from another place than {path}")
        return module
    if loaded is not None:
        name = "losslint_" + name
    spec = importlib.util.spec_from_file_location(name, path)
    if spec is None or spec.loader is None:
        raise Unsupported(f"{path} cannot be imported as a module")
    module = importlib.util.module_from_spec(spec)
    sys.modules[name] = module
    try:
        spec.loader.exec_module(module)
    except BaseException:
        del sys.modules[name]
        raise
    return module


def _same_file(module: types.ModuleType, path: str) -> bool:
    """Whether the module is this file, or an installed copy of it (the framework's own sources)."""
    file = getattr(module, "__file__", None) or ""
    return os.path.realpath(file) == path or (os.path.isfile(file) and filecmp.cmp(file, path, shallow=False))


def forget_modules(roots: list[str]) -> None:
    """Forgets the modules that came from these directories, so that two projects may use the same names."""
    places = tuple(os.path.join(os.path.realpath(root), "") for root in roots)
    for name, module in list(sys.modules.items()):
        file = getattr(module, "__file__", None) or ""
        if name != "__main__" and "site-packages" not in file and os.path.realpath(file).startswith(places):
            del sys.modules[name]
    sys.path[:] = [entry for entry in sys.path if entry not in roots]


_alive: list[Any] = []  # owners of methods: a method that is a tf.function does not hold its object


def _resolve(namespace: Json, request: Json) -> Any:
    """Follows ``Class.method`` and ``factory.<locals>.inner``; instances and factories get arguments."""
    parts = request["qualname"].split(".")
    known = request.setdefault("arguments", {})
    if parts[0] not in namespace:
        raise Unsupported(f"{parts[0]} is not defined at the top of the module once it is imported")
    value, owner = namespace[parts[0]], None
    for position, name in enumerate(parts[1:], 1):
        if name == "<locals>":
            continue
        if parts[position - 1] == "<locals>":
            value = _inner(value, name, known)
        elif inspect.isclass(value):
            static = inspect.getattr_static(value, name)
            owner = value if isinstance(static, (staticmethod, classmethod)) else _instance(value, known)
            value = getattr(owner, name)
            _alive.append(owner)
        else:
            value = getattr(value, name)
    if inspect.isclass(value):
        value = _instance(value, known)
    if not callable(value):
        raise Unsupported("{} is a {}, not a function".format(request["qualname"], type(value).__name__))
    return value


def _arguments(function: Callable[..., Any], known: Json, what: str) -> Json:
    """Values for the parameters without defaults, by name. Raises Unsupported."""
    try:
        parameters = inspect.signature(function).parameters.values()
    except (TypeError, ValueError):
        return {}
    chosen = {}
    for p in parameters:
        if p.kind in (p.VAR_POSITIONAL, p.VAR_KEYWORD):
            continue
        if p.name in known.get("given", {}):
            chosen[p.name] = known["given"][p.name]
        elif p.default is p.empty:
            if (name := _like(p.name, known)) is None:
                raise Unsupported(f"{what} needs an argument {p.name}, which no default gives")
            chosen[p.name] = known["guesses"][name]
    return chosen


def _like(name: str, known: Json) -> str | None:
    """The name in the table of guesses that this one ends in: ``min_margin`` is a ``margin``."""
    guesses = known.get("guesses", {})
    words = name.strip("_").split("_")
    return next((end for i in range(len(words)) if (end := "_".join(words[i:])) in guesses), None)


def _instance(cls: type, known: Json) -> Any:
    """An instance made with defaults and guesses; if that is impossible, one whose constructor never ran.

    A bare instance has the constructor's defaults and the guesses as attributes; that is enough for a
    method that uses ``self.alpha``.
    """
    try:
        return cls(**_arguments(cls, known, cls.__name__))
    except Exception:
        if known.get("given") or inspect.isabstract(cls):
            raise
        with contextlib.suppress(Exception):  # a default that this version of Keras does not know any more
            return cls(**_arguments(cls, known, cls.__name__), reduction="none")
        bare: Any = object.__new__(cls)
        attributes = dict(known.get("guesses", {}))
        for p in inspect.signature(cls).parameters.values():
            if p.default is not p.empty:
                attributes[p.name] = p.default
            elif (name := _like(p.name, known)) is not None:
                attributes[p.name] = known["guesses"][name]
        vars(bare).update({k: v for k, v in attributes.items() if not hasattr(cls, k)})
        known["bare"] = True
        return bare


def _inner(factory: Any, name: str, known: Json) -> Any:
    """The function ``name`` that ``factory`` defines: read from its frame as it returns."""
    arguments = _arguments(factory, known, getattr(factory, "__name__", "the factory"))
    code = getattr(inspect.unwrap(factory), "__code__", None)
    found: Json = {}

    def watch(frame: Any, event: str, argument: Any) -> None:
        if event == "return" and frame.f_code is code:
            found.update(frame.f_locals)

    before = sys.getprofile()
    sys.setprofile(watch)
    try:
        result = factory(**arguments)
    finally:
        sys.setprofile(before)
    if callable(found.get(name)):
        return found[name]
    if callable(result):
        return result
    raise Unsupported(f"{factory.__name__} does not define {name} when it is called with its defaults")


# --- running: value and gradient ----------------------------------------------------------------------------


class TensorFlow:
    """The framework: everything that TensorFlow and Keras must be told is in this class."""

    def __init__(self, gpu: bool = False, threads: int = 1) -> None:
        os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
        os.environ.setdefault("KERAS_BACKEND", "tensorflow")
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
        with contextlib.suppress(Exception):
            self._restore_keras_2_backend()

    def _restore_keras_2_backend(self) -> None:
        """``from keras import backend as K`` finds ``K.sum`` and the like under Keras 3 too."""
        backend, legacy = sys.modules["keras"].backend, self.tf.keras.backend
        for name in dir(legacy):
            if not name.startswith("_") and not hasattr(backend, name):
                setattr(backend, name, getattr(legacy, name))

    def seed(self) -> None:
        self.tf.random.set_seed(0)

    def float_type(self, dtype: str) -> None:
        """Sets Keras' default float, in whichever Keras is loaded."""
        for name in ("keras", "tf_keras"):
            backend = getattr(sys.modules.get(name), "backend", None)
            if backend is not None and hasattr(backend, "set_floatx"):
                with contextlib.suppress(Exception):
                    backend.set_floatx(dtype)

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
    if hasattr(out, "to_tensor"):
        out = out.to_tensor()
    return tf.convert_to_tensor(out)


class Run:
    """One loss with one plan of inputs: evaluate(arrays) gives value, tied gradients and the leading size."""

    def __init__(
        self, function: Callable[..., Any], specs: Specs, step: Step, dtype: str, origin: str
    ) -> None:
        self.function, self.specs, self.step = function, specs, step
        self.dtype, self.out_dtype, self.origin = dtype, dtype, origin
        self.watched = watched(specs)
        self.shape: list[int] = []
        self.evaluations = 0

    def __call__(self, arrays: Batch) -> tuple[float, list[Array]]:
        shape, value, gradients, dtype = self.step(arrays)
        self.evaluations += 1
        # a tensor is read at once: its entries one by one are an operation each
        self.shape = [int(d) for d in (shape.numpy() if hasattr(shape, "numpy") else shape)]
        self.out_dtype = dtype
        return float(value), [g.numpy() for g in gradients]

    def tied(self, gradients: list[Array], copies: int) -> list[Array]:
        """Gradients summed over the copies of a sample: the weight that one *original* sample has."""
        result = []
        for i, g in zip(self.watched, gradients):
            for axis in batch_axes(self.specs[i]):
                size = g.shape[axis] // copies
                g = g.reshape(*g.shape[:axis], copies, size, *g.shape[axis + 1 :]).sum(axis=axis)
            result.append(g)
        return result


def watched(specs: Specs) -> list[int]:
    """The inputs to differentiate by: the predictions; if none is marked, whatever is a real number."""
    floats = [i for i, s in enumerate(specs) if "value" not in s and s["kind"] not in EXACT_KINDS]
    return [i for i in floats if specs[i]["role"] == "prediction"] or floats


def norm(gradients: list[Array]) -> float:
    return math.sqrt(sum(float((g.astype("float64") ** 2).sum()) for g in gradients))


def adapter(function: Callable[..., Any], specs: Specs) -> Callable[[Batch], Any]:
    """From a flat list of inputs to the call: nested names (``y_pred.mu``) are put together again."""
    plan = [(s["name"].split("."), bool(s.get("keyword"))) for s in specs]

    def call(values: Batch) -> Any:
        tree: Json = {}
        keywords, order = set(), []
        for (path, keyword), value in zip(plan, values):
            node = tree
            if path[0] not in tree:
                order.append(path[0])
            if keyword:
                keywords.add(path[0])
            for key in path[:-1]:
                node = node.setdefault(key, {})
            node[path[-1]] = value
        args = [_nest(tree[name]) for name in order if name not in keywords]
        return function(*args, **{name: _nest(tree[name]) for name in order if name in keywords})

    return call


def _nest(node: Any) -> Any:
    if not isinstance(node, dict):
        return node
    items = {key: _nest(value) for key, value in node.items()}
    return list(items.values()) if items and all(key.isdigit() for key in items) else items


# --- experiments --------------------------------------------------------------------------------------------


def runnable(framework: TensorFlow, request: Json, reasons: list[str]) -> Iterator[tuple[Run, Batch, float]]:
    """The plans of inputs on which the loss is finite, each with a batch and its value.

    Those on which its gradient is not zero come first. ``reasons`` collects what was wrong with the others.
    """
    flat = []
    for specs in request["plans"]:
        for dtype in ("float64", "float32"):
            framework.float_type(dtype)
            framework.seed()
            function, origin = load(request)
            step = framework.eager(adapter(function, specs), watched(specs))
            run = Run(function, specs, step, dtype, origin)
            try:
                batch = draw(specs, request["base"], 1, "unit", dtype)
                value, gradients = run(batch)
            except framework.whatever_the_inputs:
                raise
            except Exception as error:
                reasons.append(f"{one_line(error)} (fed {dtype} {shown(specs)})")
                continue
            if not math.isfinite(value) or not math.isfinite(norm(gradients)):
                reasons.append(f"the value or the gradient is not finite (fed {dtype} {shown(specs)})")
            elif norm(gradients) == 0.0:
                flat.append((run, batch, value))
            else:
                yield run, batch, value
            break
    for run, batch, value in flat:
        framework.float_type(run.dtype)
        yield run, batch, value


def shown(specs: Specs) -> str:
    """The inputs in a few words, for messages."""
    words = []
    for spec in specs:
        size = "(" + ",".join(str(dim) for dim in spec.get("shape", ())) + "):" + spec.get("kind", "")
        words.append(f"{spec['name']}={spec['value']!r}" if "value" in spec else f"{spec['name']}={size}")
    return " ".join(words)


def into_graph(framework: TensorFlow, run: Run, batch: Batch, value: float) -> str:
    """Traces the loss with an unknown batch size; the experiments then run there, several times faster."""
    try:
        step = _traced(framework, run, batch)
        traced = float(step(batch)[1])
    except Exception as error:
        if run.dtype == "float64" and _traces_in_single(framework, run):
            return ONLY_SINGLE
        return "failed: " + one_line(error)
    if abs(value - traced) > 10 * tolerance(run) * max(abs(value), abs(traced)):
        return f"differs: {value:.6g} eagerly, {traced:.6g} in a graph"
    run.step = step
    return "ok"


def _traced(framework: TensorFlow, run: Run, batch: Batch) -> Step:
    try:
        return framework.graph(adapter(run.function, run.specs), run.specs, batch)
    except framework.needs_autograph:
        return framework.graph(adapter(framework.tf.function(run.function), run.specs), run.specs, batch)


def _traces_in_single(framework: TensorFlow, run: Run) -> bool:
    framework.float_type("float32")
    try:
        batch = draw(run.specs, 4, 1, "unit", "float32")
        _traced(framework, run, batch)(batch)
    except Exception:
        return False
    finally:
        framework.float_type("float64")
    return True


def tolerance(run: Run) -> float:
    kinds = [run.out_dtype if run.out_dtype in ROUNDING else run.dtype, run.dtype]
    return max(ROUNDING[kind] for kind in kinds)


def replication(run: Run, n: int, copies_of: list[int]) -> list[Json]:
    """Value and tied gradient norm at N, 2N, 4N, …; several draws. A curve that bends is followed further.

    Each curve also notes the shapes of the results: they tell whether the loss still has its batch axis.
    """
    further = [copies_of[-1] * 2**i for i in (1, 2, 3)]
    variants = ["unit", "unit", "small", "large"] + (["fit"] if can_fit(run.specs) else [])
    curves = []
    for seed, variant in enumerate(variants, 1):
        batch = draw(run.specs, n, seed, variant, run.dtype)
        curve: Json = {"variant": variant, "n": [], "value": [], "gradient": [], "shape": []}
        size = 0
        for copies in copies_of + further:
            if copies == further[0] and not (_bends(curve["value"]) or _bends(curve["gradient"])):
                break
            if copies in further and 2 * size > LARGEST_BATCH:
                break
            arrays = replicate(run.specs, batch, copies)
            size = sum(getattr(a, "size", 0) for a in arrays)
            value, gradients = run(arrays)
            curve["n"].append(n * copies)
            curve["shape"].append(run.shape)
            curve["value"].append(value)
            curve["gradient"].append(norm(run.tied(gradients, copies)))
        curves.append(curve)
    return curves


def _bends(values: list[float]) -> bool:
    """Whether the curve is no pure power (its steps in log-log differ)."""
    if any(v == 0.0 or not math.isfinite(v) or v * values[0] < 0 for v in values):
        return any(v != 0.0 for v in values)
    slopes = [math.log(b / a) for a, b in zip(values, values[1:])]
    return max(slopes) - min(slopes) > 1e-6


def interaction(run: Run, n: int = 8) -> dict[str, float]:
    """How much one half of the batch feels that the other half is exchanged, at fixed N.

    ``gradient`` is the largest change of the gradient at samples that stay while the others are exchanged;
    ``value`` the mixed second difference L(a,b) - L(a',b) - L(a,b') + L(a',b'). Both vanish for every
    additive loss, whatever its degree, and are relative to the size of the gradient or value.
    """
    specs, single = run.specs, all("value" in s or len(batch_axes(s)) < 2 for s in run.specs)
    worst = {"gradient": 0.0, "value": 0.0}
    for seed, (one, other) in enumerate(EXCHANGES, 11):
        kept, kept_too = (draw(specs, n, s, "unit", run.dtype) for s in (seed, seed + 100))
        b, c = (draw(specs, n, s, v, run.dtype) for s, v in ((seed + 200, one), (seed + 300, other)))
        v_ab, g_ab = run(graft(specs, kept, b, n))
        v_ac, g_ac = run(graft(specs, kept, c, n))
        for i, g_b, g_c in zip(run.watched, g_ab, g_ac):
            axes = batch_axes(specs[i])
            size = max(abs(g_b).max(), abs(g_c).max())
            if axes and size > 0 and math.isfinite(size):
                index = _half(g_b, axes, n)
                worst["gradient"] = max(worst["gradient"], float(abs(g_b[index] - g_c[index]).max() / size))
        if single:
            values = [v_ab, v_ac, run(graft(specs, kept_too, b, n))[0], run(graft(specs, kept_too, c, n))[0]]
            top = max(abs(v) for v in values)
            if top > 0 and math.isfinite(top):
                gap = abs(values[0] - values[1] - values[2] + values[3]) / top
                worst["value"] = max(worst["value"], gap)
        if max(worst.values()) > 1e3 * tolerance(run):
            break
    return worst


def whole_and_parts(run: Run, batch: Batch) -> list[float]:
    """L of a large batch, and the mean of L over its micro-batches."""
    parts = [run(part(run.specs, batch, i, i + SMALL, LARGE))[0] for i in range(0, LARGE, SMALL)]
    return [run(batch)[0], sum(parts) / len(parts)]


def resampling(run: Run, coupled: bool) -> Json:
    """Fresh batches, whole and in parts (``pairs``); and one whose halves lie on both sides of a kink."""
    pairs, across = [], []
    if not coupled:  # else it is known already that the parts need not add up
        up, down = (draw(run.specs, LARGE, seed, v, run.dtype) for seed, v in ((998, "up"), (999, "down")))
        across.append(whole_and_parts(run, graft(run.specs, up, down, LARGE)))
    for group in range(GROUPS):
        pairs.append(whole_and_parts(run, draw(run.specs, LARGE, 1000 + group, "unit", run.dtype)))
        crossed = pairs[0][0] * pairs[-1][1], pairs[-1][0] * pairs[0][1]
        if group == 1 and abs(crossed[0] - crossed[1]) <= 1e-9 * abs(crossed[0]):
            break  # the parts add up exactly, whatever the degree: further draws can only say the same
    return {"small": SMALL, "large": LARGE, "pairs": pairs, "across": across}


def measure(framework: TensorFlow, request: Json, loaded: Callable[[], None]) -> Json:
    """Everything about one loss; calls ``loaded`` once it is imported. Raises what the loss raises.

    Inputs that fit one batch size by accident fail at the next; then the next plan is tried.
    """
    framework.float_type("float64")
    load(request)
    loaded()
    reasons: list[str] = []
    random_on: list[NotDeterministic] = []
    for run, batch, value in runnable(framework, request, reasons):
        try:
            return _experiments(framework, request, run, batch, value)
        except NotDeterministic as error:  # ties may be broken at random; other inputs have none
            random_on.append(error)
            if len(random_on) == PATIENCE:
                break
        except framework.whatever_the_inputs:
            raise
        except Exception as error:
            reasons.append(f"{one_line(error)} (fed {run.dtype} {shown(run.specs)})")
    if random_on:
        raise random_on[0]
    raise Failed(reasons[0] if reasons else "no inputs could be made for it")


def _experiments(framework: TensorFlow, request: Json, run: Run, batch: Batch, value: float) -> Json:
    graph = into_graph(framework, run, batch, value)
    again = run(batch)[0]
    if abs(value - again) > tolerance(run) * abs(value):
        raise NotDeterministic(f"not deterministic: the same batch gave {value:.6g} and {again:.6g}")
    felt = interaction(run)
    curves = replication(run, request["base"], request.get("copies") or list(COPIES))
    shapes = curves[0]["shape"]
    return {
        "status": "measured",
        "loaded_from": run.origin + (", bare" if request["arguments"].get("bare") else ""),
        "inputs": run.specs,
        "dtype": run.dtype,
        "tolerance": tolerance(run),
        "graph_mode": "ok" if graph == ONLY_SINGLE else graph,
        "returns": "per-sample" if shapes[0] != shapes[1] else "scalar",
        "curves": curves,
        "interaction": felt,
        "resample": resampling(run, max(felt.values()) > tolerance(run)),
        "evaluations": run.evaluations,
    }


# --- serving ------------------------------------------------------------------------------------------------


_NOISE = re.compile(r"\{\{.*?\}\}\s*|\s*\[Op:\w+\].*$|; NodeDef:.*$")
_NOT_THE_POINT = (
    "File ",
    "Detected at node",
    "Graph execution error",
    "[[",
    "Stack trace",
    "in user code",
    "During",
)


def one_line(error: BaseException, width: int = 300) -> str:
    """An exception in one line: its type and the part of its text that says something."""
    lines = [_NOISE.sub("", line).strip() for line in str(error).splitlines()]
    lines = [line.partition(" You can attempt the following")[0] for line in lines]
    told = [line for line in lines if line and not line.startswith(_NOT_THE_POINT)]
    text = told[-1] if str(error).lstrip().startswith("in user code") and told else " ".join(told[:2])
    if isinstance(error, (Unsupported, Failed, ImportTooSlow)):
        return text[:width]
    name = type(error).__name__.lstrip("_")
    return (text if text.startswith(name) else f"{name}: {text}" if text else name)[:width]


def answer(framework: TensorFlow, request: Json, loaded: Callable[[], None] = lambda: None) -> Json:
    """One request to one answer; whatever the loss does to the process is undone as far as possible."""
    started, threads = time.monotonic(), threading.active_count()
    place, path, environment = os.getcwd(), list(sys.path), dict(os.environ)
    random.seed(0)
    try:
        result = measure(framework, request, loaded)
    except Unsupported as error:
        result = {"status": "unsupported", "reason": one_line(error)}
    except framework.out_of_memory:
        result = {"status": "failed", "reason": "it asked for more memory than its limit"}
    except BaseException as error:
        result = {"status": "failed", "reason": one_line(error)}
    finally:
        with contextlib.suppress(OSError):
            os.chdir(place)
        sys.path[:] = path
        os.environ.clear()
        os.environ.update(environment)
        framework.float_type("float32")
    if result["status"] == "failed" and request.get("skip_import"):
        result["reason"] = f"{result['reason']}; run without its module: {request['skip_import']}"
    if "import_error" in request:
        result["import_error"] = request["import_error"]
    _alive.clear()
    result["seconds"] = time.monotonic() - started
    result["threads_left"] = max(0, threading.active_count() - threads)
    return result


def read_frame(stream: IO[bytes]) -> Json | None:
    head = stream.read(4)
    if len(head) < 4:
        return None
    body = stream.read(struct.unpack(">I", head)[0])
    message: Json = json.loads(body.decode("utf-8"))
    return message


def write_frame(stream: IO[bytes], message: Json) -> None:
    body = json.dumps(message).encode("utf-8")
    stream.write(struct.pack(">I", len(body)) + body)
    stream.flush()


def private_channel() -> tuple[IO[bytes], IO[bytes]]:
    """Private copies of stdin and stdout; what is left in their place swallows all and gives nothing."""
    incoming, outgoing = os.fdopen(os.dup(0), "rb"), os.fdopen(os.dup(1), "wb")
    null = os.open(os.devnull, os.O_RDWR)
    for descriptor in (0, 1, 2):
        os.dup2(null, descriptor)
    sys.stdin, sys.stdout, sys.stderr = io.StringIO(), open(os.devnull, "w"), open(os.devnull, "w")
    return incoming, outgoing


def limit_memory(megabytes: int) -> None:
    """Bounds the address space to what is in use now plus ``megabytes`` (where the system can)."""
    try:
        import resource

        with open("/proc/self/statm") as statm:
            used = int(statm.read().split()[0]) * resource.getpagesize()
        hard = resource.getrlimit(resource.RLIMIT_AS)[1]
        resource.setrlimit(resource.RLIMIT_AS, (used + megabytes * 2**20, hard))
    except (ImportError, OSError, ValueError):
        pass


def serve() -> None:
    incoming, outgoing = private_channel()
    sys.path[:] = [entry for entry in sys.path[1:] if entry]
    sys.argv[:] = sys.argv[:1]
    start = read_frame(incoming) or {}
    try:
        framework = TensorFlow(start.get("gpu", False), start.get("threads", 1))
        framework.eager(lambda inputs: inputs[0] * 2.0, [0])([np.ones((2, 2))])
    except BaseException as error:
        write_frame(outgoing, {"ready": False, "reason": one_line(error)})
        return
    limit_memory(start.get("memory_mb", 4096))
    gc.collect()
    gc.freeze()
    gc.set_threshold(*COLLECT_AFTER)
    write_frame(outgoing, {"ready": True, "version": framework.version, "python": sys.version.split()[0]})

    def loaded() -> None:
        write_frame(outgoing, {"stage": "loaded"})

    answered = 0
    roots: list[str] = []
    while (request := read_frame(incoming)) is not None:
        if request.get("roots", roots) != roots:
            forget_modules(roots)
            roots = request.get("roots", roots)
        write_frame(outgoing, answer(framework, request, loaded))
        answered += 1
        if answered % 8 == 0:
            gc.collect()  # traced functions hold themselves in cycles


if __name__ == "__main__":
    serve()
    os._exit(0)
