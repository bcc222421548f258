"""Calling things: functions of the program, tabled operations, classes, methods, Python's built-ins."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING

from . import algebra, classes, dialect, forms, lineage, loops, precision, shapes, stacking, static, symbolic
from .axes import PLAIN, WILD
from .builtin import SPECIAL
from .degree import ZERO
from .handlers import handler_of
from .joining import At
from .operations import Call, flatten
from .operations_distribution import law_of
from .operations_loss import call_loss_instance, told_to_sum
from .operations_shape import length_of
from .optable import Operation
from .reduce import reduce
from .values import (
    Class,
    Const,
    Dict,
    External,
    Function,
    Instance,
    Many,
    Method,
    Partial,
    Seq,
    ShapeOf,
    Spread,
    Super,
    Tensor,
    Unknown,
    Value,
    constant,
    merge,
    tensor,
    unknown_tensor,
)

if TYPE_CHECKING:
    from .interpreter import Interpreter

LAYERS = (
    "keras.layers.",
    "keras.models.",
    "keras.Model",
    "keras.Sequential",
    "keras.applications.",
    "tensorflow.keras.",
    "keras.Input",
)


def call_value(
    run: Interpreter, at: At, callee: Value, args: Sequence[Value], kwargs: Mapping[str, Value]
) -> Value:
    """Call one value (no alternatives left) with positional and keyword arguments."""
    if isinstance(callee, External):
        return call_external(run, at, callee.name, args, kwargs)
    if isinstance(callee, Function):
        return run.call_function(callee, args, kwargs)
    if isinstance(callee, Partial):
        return run.call(at, callee.fn, [*callee.args, *args], {**dict(callee.kwargs), **kwargs})
    if isinstance(callee, Class):
        return classes.construct(run, callee, args, kwargs, at.site)
    if isinstance(callee, Instance):
        return call_instance(run, at, callee, args, kwargs)
    if isinstance(callee, Method):
        return call_method(run, at, callee, args, kwargs)
    if isinstance(callee, Tensor) and callee.opaque:  # a layer or model that was handed in or set elsewhere
        name = at.name.rpartition(".")[2]
        if run.vocabulary.is_counting(name):
            return unknown_tensor(f"what {at.name} counts")
        output = through_model(at, args)
        if isinstance(output, Tensor) and run.vocabulary.is_loss(name):
            # Or a loss: one number or one per sample, and nobody knows whether it is a mean over them.
            reasons = merge(output.reasons, (f"the loss {at.name} that is handed in",))
            return replace(output, axes=WILD, spread=Spread.UNKNOWN, reasons=reasons)
        return output
    return callee if isinstance(callee, Unknown) else Unknown(at.name)


def through_model(at: At, args: Sequence[Value]) -> Value:
    """A layer or model on a batch: one output per sample, whatever it computes."""
    inputs = [tensor(leaf) for leaf in flatten(args[0])] if args else []
    data = [value for value in inputs if value.data]
    if not data:  # noise or ones, one row for each sample: what a model makes of them is one value per sample
        rows = [value for value in inputs if value.axes.batches and not value.weights]
        data = [replace(value, slope=ZERO, spread=Spread.SAMPLE, number=None) for value in rows]
    if not data:
        return unknown_tensor(f"what {at.name} returns") if not inputs else constant(axes=WILD, opaque=True)
    blended = stacking.blend(data)
    first = blended.axes.at(0)
    if first is None or not first.batch or blended.axes.unsure:
        return Tensor(
            WILD, blended.degree, blended.slope, blended.spread, flaws=blended.flaws, reduced=blended.reduced
        )
    output = shapes.mixed_in_sample(blended)
    own = f"model:{at.fresh}"  # its rank is no other value's
    axes = replace(blended.axes, front=(first,), middle=ZERO, back=(), loose=True, base=own)
    return replace(output, axes=axes)


def call_external(
    run: Interpreter, at: At, name: str, args: Sequence[Value], kwargs: Mapping[str, Value]
) -> Value:
    """Call something outside the program, by its dotted name."""
    name = dialect.meant(name, kwargs, at.site.slice.lines)
    special = SPECIAL.get(name) or SPECIAL.get(run.program.table.canonical(name))
    if special is not None:
        return special(run, at, args, kwargs)
    operation = run.program.table.find(name)
    if operation is None:
        canonical = run.program.table.canonical(name)
        last = canonical.rpartition(".")[2]
        if canonical in symbolic.INPUTS:
            return symbolic.symbolic_input(args, kwargs)
        if canonical.startswith(LAYERS) or (last[:1].isupper() and not last.isupper()):
            return Instance(External(canonical), dict(kwargs))
        return Unknown(name.removeprefix("builtins."))
    roles = operation.bind(args, kwargs, run.program.table.synonyms)
    if operation.kind == "mapper":
        from .mappers import map_call

        return map_call(run, at, operation, roles)
    handler = handler_of(operation)
    if handler is None:
        return Unknown(name)
    if operation.kind == "loss_class":
        at = At(at.site, run.program.table.canonical(name))
    result = handler(Call(at, operation, roles, lambda fn, values: run.call(at, fn, values, {})))
    return _observed(run, at, name, operation, roles, args, kwargs, result)


def _observed(
    run: Interpreter,
    at: At,
    name: str,
    operation: Operation,
    roles: Mapping[str, Value],
    args: Sequence[Value],
    kwargs: Mapping[str, Value],
    result: Value,
) -> Value:
    """The result of an operation with what is known of it beside the calculus."""
    # tf.experimental.numpy shares the table of numpy, and lets gradients through
    run.frameworks.add("tensorflow" if name.startswith("tensorflow.") else operation.framework)
    if operation.how == "random":  # each time another one
        run.summaries.touched()
    if (operation.kind, operation.how) == ("loss", "average"):
        run.uses.scaled.add(at.site.node)
    canonical = run.program.table.canonical(name)
    if isinstance(result, Tensor) and result.data and operation.kind in NUMBERED:
        result = _numbered(operation, canonical, roles, result)
    held = precision.held(canonical, args, kwargs, static.read(at, result))
    recognised = forms.recognise(run.forms, run.raw, at, canonical, operation, roles, held)
    run.labels.follow(run.raw, operation, roles, recognised)
    return recognised


NUMBERED = {"map", "zip", "reduce", "axiswise"}
"""Kinds of operations that do the same whenever they are called with the same."""


def _numbered(operation: Operation, name: str, roles: Mapping[str, Value], result: Tensor) -> Tensor:
    """A result under what made it of what, so that it is known again where the same is done once more."""
    reduces = operation.kind == "reduce"
    made_of: list[object] = [(operation.how, result.axes) if reduces else name.rpartition(".")[2]]
    for role, value in roles.items():
        if reduces and role in ("axis", "keepdims"):
            continue
        if isinstance(value, Tensor) and value.data:
            if not lineage.exact(value.parts) or not value.parts.isdisjoint(result.parts):
                return result
            made_of.append((role, value.parts))
        elif isinstance(value, Const):
            made_of.append((role, value))
        else:
            return result
    return replace(result, parts=lineage.keyed(result.parts, tuple(made_of)))


def call_instance(
    run: Interpreter, at: At, owner: Instance, args: Sequence[Value], kwargs: Mapping[str, Value]
) -> Value:
    """Call an object: its ``__call__``, ``call`` or ``forward``; a framework's loss or layer by what it is."""
    run.summaries.touched()
    if "operation" in owner.attributes and isinstance(owner.cls, External):
        run.uses.scaled.add(at.site.node)
        target, output = _loss_arguments(args, kwargs)
        weights = kwargs.get("sample_weight", args[2] if len(args) > 2 else None)
        return call_loss_instance(at, owner, tensor(target), tensor(output), weights)
    if isinstance(owner.cls, External):
        layer = f"{owner.cls.name}()"
        operation = run.program.table.find(layer)
        return call_external(run, at, layer, args, {}) if operation is not None else through_model(at, args)
    ref = owner.cls.ref
    found = classes.method(run, ref, "__call__")
    if found is not None:
        return run.call_function(classes.bound(found, owner), args, kwargs)
    for name in ("call", "forward"):
        found = classes.method(run, ref, name)
        if found is None:
            continue
        if not classes.is_loss_class(run, ref):
            return run.call_function(classes.bound(found, owner), args, kwargs)
        target, output = _loss_arguments(args, kwargs)
        weights = kwargs.get("sample_weight", args[2] if len(args) > 2 else Const(None))
        run.uses.scaled.add(at.site.node)
        entries = run.call_function(classes.bound(found, owner), [target, output], {})
        return reduced_by_keras(at, entries, owner, weights)
    return through_model(at, args)


def _loss_arguments(args: Sequence[Value], kwargs: Mapping[str, Value]) -> tuple[Value, Value]:
    target = args[0] if args else kwargs.get("y_true", Unknown("y_true"))
    output = args[1] if len(args) > 1 else kwargs.get("y_pred", Unknown("y_pred"))
    return target, output


def reduced_by_keras(at: At, entries: Value, owner: Instance, weights: Value) -> Value:
    """What ``Loss.__call__`` makes of ``call``'s result: weights, then the reduction."""
    whole = tensor(entries)
    if weights != Const(None):
        whole = algebra.multiply(at, whole, tensor(weights))
    reduction = owner.attributes.get("reduction", Const("sum_over_batch_size"))
    name = reduction.value if isinstance(reduction, Const) else None
    if isinstance(reduction, External):
        name = reduction.name.rpartition(".")[2].lower()
    if name == "none" or (isinstance(reduction, Const) and reduction.value is None):
        return whole
    if isinstance(reduction, Tensor) or name is None:
        name = "sum_over_batch_size"
    return told_to_sum(at, owner, whole) if name == "sum" else reduce(at, "mean", whole, None)


def call_method(
    run: Interpreter, at: At, callee: Method, args: Sequence[Value], kwargs: Mapping[str, Value]
) -> Value:
    """A method of a value that the program did not define."""
    owner, name = callee.owner, callee.name
    if isinstance(owner, Super):
        if name == "__init__":
            return classes.initialise_external(owner, args, kwargs)
        return _super_call(run, at, owner, name, args)
    if isinstance(owner, Tensor):
        operation = run.program.table.find(f"Tensor.{name}")
        if operation is None:
            return unknown_tensor(*merge(owner.reasons, (f".{name}()",)))
        return call_external(run, at, f"Tensor.{name}", [owner, *args], kwargs)
    if law_of(owner) is not None:
        return call_external(run, at, f"Distribution.{name}", [owner, *args], kwargs)
    if isinstance(owner, ShapeOf):
        if name in ("as_list", "numpy"):
            return owner
        return Const(None) if name.startswith("assert") else Unknown(f".{name}()")
    if isinstance(owner, Dict):
        return _dict_method(owner, name, args)
    if isinstance(owner, (Seq, Many)):
        return _list_method(at, owner, name, args)
    if isinstance(owner, Const) and isinstance(owner.value, str):
        return _string_method(owner.value, name, args)
    return Unknown(f".{name}()")


def _own_call(run: Interpreter, owner: Super) -> Function | None:
    """What a layer's ``super().__call__(…)`` comes back to: its own ``call``. A loss is reduced besides."""
    this = owner.this
    if not isinstance(this, Instance) or isinstance(this.cls, External):
        return None
    if classes.is_loss_class(run, this.cls.ref) or not classes.is_module_class(run, this.cls.ref):
        return None
    found = classes.method(run, this.cls.ref, "call")
    return classes.bound(found, this) if found is not None else None


def _super_call(run: Interpreter, at: At, owner: Super, name: str, args: Sequence[Value]) -> Value:
    own = _own_call(run, owner) if name == "__call__" else None
    if own is not None:
        return run.call_function(own, args, {})
    if name not in ("call", "__call__", "compute_loss") or not isinstance(owner.this, Instance):
        return (
            Const(None)
            if name.startswith("__") or name in ("build", "get_config")
            else Unknown(f"super().{name}()")
        )
    for base in classes.external_bases(run, owner.after):
        operation = run.program.table.find(base)
        if operation is not None and operation.kind == "loss_class":
            built = call_external(
                run, at, base, (), {"reduction": Const("none" if name == "call" else "sum_over_batch_size")}
            )
            return call_value(run, at, built, args, {})
    return through_model(at, args)


def _list_method(at: At, owner: Seq | Many, name: str, args: Sequence[Value]) -> Value:
    """A method of a list, or of the list of tensors that a ``TensorArray`` is."""
    if name in ("copy", "numpy", "identity"):
        return owner
    if name in ("count", "index"):
        return constant()
    if name == "stack":
        return stacking.stacked(owner)
    if name == "concat":
        return stacking.concatenated(at, owner, 0)
    if name == "unstack" and args:
        return loops.iterated(args[0])
    if name == "read":
        return owner.item if isinstance(owner, Many) else Unknown("an item of a TensorArray")
    return length_of(owner) if name == "size" else Const(None)


def _dict_method(owner: Dict, name: str, args: Sequence[Value]) -> Value:
    if name == "get" and args:
        key = args[0]
        if isinstance(key, Const) and (owner.rest is None or key.value in owner.items):
            return owner.items.get(key.value, args[1] if len(args) > 1 else Const(None))
        return owner.rest if owner.rest is not None else Unknown("a key of a mapping")
    pairs = [Seq((Const(key), value)) for key, value in owner.items.items()]
    listed: dict[str, Sequence[Value]] = {
        "items": pairs,
        "keys": [Const(key) for key in owner.items],
        "values": list(owner.items.values()),
    }
    if name in listed:
        if owner.rest is None:
            return Seq(tuple(listed[name]))
        typical: dict[str, Value] = {"items": Seq((Unknown("a key"), owner.rest)), "keys": Unknown("a key")}
        return Many(typical.get(name, owner.rest), PLAIN)
    return owner if name == "copy" else Unknown(f".{name}()")


def _string_method(text: str, name: str, args: Sequence[Value]) -> Value:
    if name in (
        "lower",
        "upper",
        "strip",
        "startswith",
        "endswith",
        "replace",
        "split",
        "capitalize",
    ) and all(isinstance(arg, Const) for arg in args):
        try:
            result = getattr(text, name)(*(arg.value for arg in args if isinstance(arg, Const)))
        except (TypeError, ValueError):
            return Unknown("a string")
        return Seq(tuple(Const(part) for part in result)) if isinstance(result, list) else Const(result)
    return Unknown("a string")
