"""What is minimised where the loss is not simply what a function returns.

    a ``Loss`` with ``reduction="sum"``                 what calling it returns
    a layer or model whose ``call`` says ``add_loss``   the sum of what is added while it is called
    a ``train_step``                                    what is handed to ``GradientTape.gradient``
    a function that takes its backend as a keyword      the same function, given Keras' own

A gradient tape and the trainer both *sum* a loss that has more than one entry; so does this.
"""

from __future__ import annotations

import contextlib
import functools
import inspect
import sys
from typing import TYPE_CHECKING, Any

from .errors import Unsupported

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from .objects import Found

    Loss = Callable[..., Any]


class Stopped(Exception):
    """A training step has come to where it would change the weights."""


def minimised(found: Found, tf: Any) -> Found:
    """The found callable, or one that returns what is minimised when it is called."""
    function = found.function
    name = getattr(function, "__name__", "")
    if name == "call" and getattr(found.owner, "reduction", None) == "sum":
        function = found.owner  # Keras sums what ``call`` returns
    if isinstance(found.owner, layer_types(tf)):
        called: Any = found.owner if name in ("call", "__call__") else function
        function = _what_is_added(called, tf)
    if (
        name == "train_step"
        or "optimizer" in getattr(inspect.unwrap(function), "__code__", _nothing).co_names
    ):
        _compile(found.owner, tf)
        step = name == "train_step"
        function = _what_a_tape_is_asked(getattr(function, "python_function", function), step, tf)
    found.function = _with_backend(function)
    return found


class _nothing:
    co_names = ()


def layer_types(tf: Any) -> tuple[type, ...]:
    """``Layer`` of every Keras that is loaded."""
    kerases = [tf.keras, *(sys.modules[name] for name in ("keras", "tf_keras") if name in sys.modules)]
    found = [getattr(getattr(keras, "layers", None), "Layer", None) for keras in kerases]
    return tuple(dict.fromkeys(cls for cls in found if inspect.isclass(cls)))


@contextlib.contextmanager
def _replaced(owner: Any, **new: Any) -> Iterator[None]:
    """Attributes of a class or module, replaced for a while."""
    before = {name: getattr(owner, name) for name in new}
    for name, value in new.items():
        setattr(owner, name, value)
    try:
        yield
    finally:
        for name, value in before.items():
            setattr(owner, name, value)


def _what_is_added(function: Loss, tf: Any) -> Loss:
    """The sum of what ``add_loss`` is given while the function runs; if nothing is, what it returns."""

    def call(*arguments: Any, **named: Any) -> Any:
        added: list[Any] = []

        def add_loss(self: Any, losses: Any, *_: Any, **__: Any) -> None:
            several = losses if isinstance(losses, (list, tuple)) else [losses]
            added.extend(loss() if callable(loss) else loss for loss in several if loss is not None)

        with contextlib.ExitStack() as stack:
            for cls in layer_types(tf):
                stack.enter_context(_replaced(cls, add_loss=add_loss))
            out = function(*arguments, **named)
        added = [loss for loss in added if _is_of_this_run(loss, tf)]
        return functools.reduce(lambda a, b: a + b, map(tf.reduce_sum, added)) if added else out

    return functools.wraps(function)(call) if hasattr(function, "__name__") else call


def _is_of_this_run(loss: Any, tf: Any) -> bool:
    """Keras may call a layer symbolically first, to build it; what is added then has no value."""
    if tf.executing_eagerly():
        return hasattr(loss, "numpy")
    return getattr(loss, "graph", None) in (None, tf.compat.v1.get_default_graph()) or hasattr(loss, "numpy")


def _what_a_tape_is_asked(function: Loss, is_step: bool, tf: Any) -> Loss:
    """What the last tape was asked the gradient of before the weights would change.

    If they would not, that is what a training step is after all the same, and a loss is what is returned.

    A penalty on gradients asks a tape as well, on the way to its loss; that is why the last one counts.
    """

    def call(*arguments: Any, **named: Any) -> Any:
        asked: list[Any] = []
        gradient = tf.GradientTape.gradient

        def ask(self: Any, target: Any, *rest: Any, **more: Any) -> Any:
            asked.append(target)
            return gradient(self, target, *rest, **more)

        def stop(self: Any, *_: Any, **__: Any) -> None:
            raise Stopped

        with contextlib.ExitStack() as stack:
            stack.enter_context(_replaced(tf.GradientTape, gradient=ask))
            for cls in _optimizer_types(tf):
                known = {name: stop for name in ("apply_gradients", "apply") if hasattr(cls, name)}
                stack.enter_context(_replaced(cls, **known))
            out, stopped = None, True
            with contextlib.suppress(Stopped):
                out = function(*arguments, **named)
                stopped = False
        if asked and (stopped or is_step or out is None):
            targets = asked[-1] if isinstance(asked[-1], (list, tuple)) else [asked[-1]]
            return functools.reduce(lambda a, b: a + b, map(tf.reduce_sum, targets))
        if out is None:
            raise Unsupported(
                "it is a training step that asks no gradient tape; measure the loss that it calls"
            )
        return out

    return call


def _optimizer_types(tf: Any) -> tuple[type, ...]:
    kerases = [tf.keras, *(sys.modules[name] for name in ("keras", "tf_keras") if name in sys.modules)]
    places = [getattr(keras, "optimizers", None) for keras in kerases]
    places += [getattr(place, "legacy", None) for place in places]
    found = [getattr(place, "Optimizer", None) for place in places]
    return tuple(dict.fromkeys(cls for cls in found if inspect.isclass(cls)))


def _compile(model: Any, tf: Any) -> None:
    """A model that was not compiled gets an optimizer and a loss; its own ``compile`` may want others."""
    if hasattr(model, "compile") and getattr(model, "optimizer", None) is None:
        with contextlib.suppress(Exception):
            model.compile(optimizer="sgd", loss="mse")
        if getattr(model, "optimizer", None) is None:
            with contextlib.suppress(Exception):
                model.optimizer = tf.keras.optimizers.SGD()


def _with_backend(function: Loss) -> Loss:
    """For ``**kwargs`` that are asked for ``backend``, ``layers``…: what Keras has by that name."""
    with contextlib.suppress(TypeError, ValueError):
        kinds = [p.kind for p in inspect.signature(function).parameters.values()]
        if inspect.Parameter.VAR_KEYWORD in kinds:
            return functools.wraps(function)(functools.partial(_lending, function, {}))
    return function


def _lending(function: Loss, lent: dict[str, Any], *arguments: Any, **named: Any) -> Any:
    while True:
        try:
            return function(*arguments, **named, **lent)
        except KeyError as error:
            name = error.args[0] if error.args else None
            part = getattr(sys.modules.get("keras"), name, None) if isinstance(name, str) else None
            if not inspect.ismodule(part) or name in lent:
                raise
            lent[str(name)] = part
