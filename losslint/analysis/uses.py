"""What becomes of a loss: differentiated, minimised, added to a layer's losses, compiled into a model.

The interpreter records every such call; the engine makes an outcome of each for the rules to judge.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import field, replace
from typing import TYPE_CHECKING

import libcst as cst

from losslint.frozen import dataclass

from . import classes, names
from .alternatives import lift
from .degree import UNKNOWN
from .joining import At
from .operations import flatten
from .reduce import reduce
from .scope import Scope, Site
from .values import (
    Const,
    External,
    Flaw,
    Function,
    Instance,
    Kind,
    Many,
    Spread,
    Tensor,
    Unknown,
    Value,
    merge,
)

if TYPE_CHECKING:
    from .interpreter import Interpreter

TAPES = ("gradient", "gradients", "get_gradients")
"""Calls that differentiate their first argument with respect to the second."""
OPTIMIZERS = ("minimize", "compute_gradients")
ADD_LOSS = "add_loss"
COMPILE = "compile"
WATCH = "watch"
SINKS = (*TAPES, *OPTIMIZERS, ADD_LOSS, COMPILE, WATCH)
"""Methods that a loss is handed to instead of being returned."""
_WEIGHTS = re.compile(
    r"(?:^|[._])(?:variables|weights|var_list|trainable_params|theta)\b|trainable_", re.IGNORECASE
)
_STRATEGY = re.compile(r"strategy|distribut", re.IGNORECASE)


@dataclass(frozen=True, slots=True, eq=False)
class Use:
    """One value handed to one sink.

    ``value`` is the loss as it was given (for ``compile``: a loss object or function, or several of them).
    ``weights``: it is differentiated with respect to model weights (None if unclear). ``distributed``:
    under a ``tf.distribute`` strategy, and nothing in sight scales it for that. ``returned`` is what compiled
    functions return for a batch.
    """

    sink: str
    site: Site
    value: Value
    weights: bool | None = None
    distributed: bool = False
    returned: tuple[Tensor, ...] = ()


@dataclass(eq=False)
class Uses:
    """The uses that one run has seen, in order."""

    seen: list[Use] = field(default_factory=list)
    scaled: set[cst.CSTNode] = field(default_factory=set)
    """Calls of loss objects and ``compute_average_loss``: what they average is divided by the number of replicas."""
    watched: set[str] = field(default_factory=set)
    """What a tape was told to watch, as it is spelled: data, since weights are watched without a word."""
    _strategies: int = 0

    @contextmanager
    def within(self, items: Sequence[cst.WithItem]) -> Iterator[None]:
        """The body of a ``with`` statement; one of a strategy's scope is distributed."""
        inside = any(map(_is_strategy_scope, items))
        self._strategies += inside
        try:
            yield
        finally:
            self._strategies -= inside

    def record(
        self,
        run: Interpreter,
        at: At,
        node: cst.Call,
        scope: Scope,
        args: Sequence[Value],
        kwargs: Mapping[str, Value],
    ) -> None:
        """Note a call of a sink."""
        assert isinstance(node.func, cst.Attribute)
        sink = node.func.attr.value
        if sink == WATCH:
            self.watched.update(_spelled(node.args[0].value))
            return
        if sink == COMPILE:
            if not _divides_itself(run, node.func.value, scope):
                self._compiled(at, args, kwargs)
            return
        first = next((key for key in ("loss", "ys", "target") if key in kwargs), None)
        if not args and first is None:
            return
        value = args[0] if args else kwargs[first or ""]
        if isinstance(value, Function):  # minimize(lambda: …)
            value = run.call(at, value, [], {})
        place = scope.site(node.args[0].value) if sink == ADD_LOSS else at.site
        if sink in TAPES:
            weights = self._of_weights(node, args, kwargs)
        else:
            weights = None if _reduces_itself(run, node.func.value, scope) else True
        self.seen.append(Use(sink, place, value, weights))

    def _of_weights(self, node: cst.Call, args: Sequence[Value], kwargs: Mapping[str, Value]) -> bool | None:
        """Whether a gradient is taken with respect to weights: by value, else by their name in the source."""
        if "output_gradients" in kwargs or "grad_ys" in kwargs or len(args) > 2:
            return None
        keywords = ("sources", "xs", "variables", "params")
        source = args[1] if len(args) > 1 else next((kwargs[key] for key in keywords if key in kwargs), None)
        if source is None:
            return None
        leaves = [leaf.item if isinstance(leaf, Many) else leaf for leaf in flatten(source)]
        if any(isinstance(leaf, Tensor) and leaf.data for leaf in leaves):
            return False
        if leaves and all(map(_is_weight, leaves)):
            return True
        given = [
            argument
            for argument in node.args
            if argument.keyword is None or argument.keyword.value in keywords
        ]
        if given and self.watched & set(_spelled(given[-1].value)):
            return False
        text = cst.Module([]).code_for_node(given[-1].value) if given else ""
        return True if _WEIGHTS.search(text) else None

    def _compiled(self, at: At, args: Sequence[Value], kwargs: Mapping[str, Value]) -> None:
        value = kwargs.get("loss", args[1] if len(args) > 1 else Const(None))
        if any(isinstance(leaf, (Instance, Function)) for leaf in flatten(value)):
            self.seen.append(Use(COMPILE, at.site, value, distributed=self._strategies > 0))


def is_sink(node: cst.Call, callee: Value) -> bool:
    """Whether a call hands a loss over, as far as its name tells (``re.compile`` does not)."""
    if not isinstance(node.func, cst.Attribute) or node.func.attr.value not in SINKS or not node.args:
        return False
    if isinstance(
        callee, Function
    ):  # the program's own method of that name: what it does is seen when it runs
        return False
    return not (isinstance(callee, External) and callee.name.endswith(".compile"))


OWN_STEPS = ("compute_loss", "train_step", "_compute_loss")


def _divides_itself(run: Interpreter, receiver: cst.BaseExpression, scope: Scope) -> bool:
    """Whether the compiled model computes its loss itself, as detectors do that count their boxes."""
    if isinstance(receiver, cst.Call):  # super().compile(…): the class does more than compile
        return True
    value = names.lookup(run, scope, receiver.value) if isinstance(receiver, cst.Name) else None
    if not isinstance(value, Instance) or isinstance(value.cls, External):
        return False
    ref = value.cls.ref
    return any(classes.method(run, ref, name) is not None for name in OWN_STEPS)


OWN_GRADIENTS = ("minimize", "compute_gradients", "_compute_gradients", "get_gradients")


def _reduces_itself(run: Interpreter, receiver: cst.BaseExpression, scope: Scope) -> bool:
    """Whether an optimizer may want a vector: the project wrote how it differentiates, or nobody knows its class."""
    if not isinstance(receiver, cst.Name):
        return False
    value = names.lookup(run, scope, receiver.value)
    if isinstance(value, Unknown) and value.reason == receiver.value:
        return False  # a name that nothing binds: the usual optimizer
    outside = value.reason if isinstance(value, Unknown) else ""
    if isinstance(value, Instance) and isinstance(value.cls, External):
        outside = value.cls.name
    if outside:
        return run.program.table.canonical(outside).partition(".")[0] not in ("tensorflow", "keras")
    if not isinstance(value, Instance) or isinstance(value.cls, External):
        return False
    ref = value.cls.ref
    return any(classes.method(run, ref, name) is not None for name in OWN_GRADIENTS)


def _spelled(node: cst.BaseExpression) -> Iterator[str]:
    """The source of an expression, or of each element of a list."""
    parts = [part.value for part in node.elements] if isinstance(node, (cst.List, cst.Tuple)) else [node]
    yield from (cst.Module([]).code_for_node(part) for part in parts)


def _is_weight(value: Value) -> bool:
    if isinstance(value, Instance):
        return isinstance(value.cls, External) and value.cls.name.endswith("Variable")
    return isinstance(value, Tensor) and value.weights


def _is_strategy_scope(item: cst.WithItem) -> bool:
    call = item.item
    return (
        isinstance(call, cst.Call)
        and isinstance(call.func, cst.Attribute)
        and call.func.attr.value == "scope"
        and bool(_STRATEGY.search(cst.Module([]).code_for_node(call.func.value)))
    )


def minimised(use: Use) -> Value:
    """The scalar that is minimised when a value is handed over: a batch axis is summed without a word."""

    def one(value: Value) -> Value:
        if not isinstance(value, Tensor) or not value.data:
            return value
        # What each entry is says nothing of their sum, nor of what a solver makes of its problem.
        if value.axes.unsure and (use.weights is not None or value.spread is Spread.SAMPLE):
            reasons = merge(value.reasons, (f"the rank of what {use.sink} is given",))
            return replace(value, degree=UNKNOWN, slope=UNKNOWN, reasons=reasons)
        if use.weights is None or not value.axes.batches:
            return value
        at = At(use.site, use.sink)
        summed = reduce(at, "sum", value, None)
        steps = tuple(step for step in summed.raised if step.site == use.site)
        if value.spread is Spread.UNKNOWN or not steps:
            return value
        flaw = Flaw(Kind.VECTOR, steps[0], use.sink, steps)
        return replace(summed, flaws=merge(summed.flaws, (flaw,)))

    return lift(one, use.value)


def told_to_sum(use: Use) -> Iterator[Site]:
    """The places of compiled loss objects with ``reduction="sum"``: where they are made, else compiled."""
    for leaf in flatten(use.value):
        if not isinstance(leaf, Instance):
            continue
        reduction = leaf.attributes.get("reduction")
        name = reduction.value if isinstance(reduction, Const) else getattr(reduction, "name", "")
        if isinstance(name, str) and name.rpartition(".")[2].lower() == "sum":
            made = leaf.made
            yield made if made is not None and made.slice.lines is use.site.slice.lines else use.site


def compiled(run: Interpreter, use: Use, batches: Sequence[Value]) -> tuple[Tensor, ...]:
    """What the project's own functions and loss classes that were compiled return for a batch."""
    found: list[Tensor] = []
    for leaf in flatten(use.value):
        fn: Value | None = leaf if isinstance(leaf, Function) else None
        if isinstance(leaf, Instance) and not isinstance(leaf.cls, External):
            method = classes.method(run, leaf.cls.ref, "call")
            fn = classes.bound(method, leaf) if method is not None else None
        if fn is not None:
            returned = run.call(At(use.site, use.sink), fn, batches, {})
            if isinstance(returned, Tensor):
                found.append(returned)
    return tuple(found)


__all__ = ["ADD_LOSS", "COMPILE", "SINKS", "Use", "Uses", "compiled", "is_sink", "minimised", "told_to_sum"]
