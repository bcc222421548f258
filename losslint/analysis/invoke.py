"""Calling things: functions of the program, tabled operations, classes, methods, Python's built-ins."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from . import algebra, classes, forms, loops, precision, shapes, static, symbolic
from .algebra import At
from .axes import PLAIN, SCALAR, UNSURE, WILD, Axis
from .degree import UNKNOWN, ZERO
from .handlers import handler_of
from .operations import Call, flatten, zip_two
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
    Range,
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
from .vocabulary import words

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
        return through_model(at, args)
    return Unknown(callee.reason if isinstance(callee, Unknown) else at.name)


def through_model(at: At, args: Sequence[Value]) -> Value:
    """A layer or model on a batch: one output per sample, whatever it computes."""
    inputs = [tensor(leaf) for leaf in flatten(args[0])] if args else []
    data = [value for value in inputs if value.data]
    if not data:
        return unknown_tensor(f"what {at.name} returns") if not inputs else constant(axes=WILD, opaque=True)
    blended = shapes.blend(data)
    first = blended.axes.at(0)
    if first is None or not first.batch or blended.axes.unsure:
        return Tensor(
            WILD, blended.degree, blended.slope, blended.spread, flaws=blended.flaws, reduced=blended.reduced
        )
    output = shapes.mixed_in_sample(blended)
    return replace(output, axes=replace(blended.axes, front=(first,), middle=ZERO, back=()))


def call_external(
    run: Interpreter, at: At, name: str, args: Sequence[Value], kwargs: Mapping[str, Value]
) -> Value:
    """Call something outside the program, by its dotted name."""
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
    run.frameworks.add(operation.framework)
    canonical = run.program.table.canonical(name)
    held = precision.held(canonical, args, kwargs, static.read(at, result))
    return forms.recognise(run.forms, run.raw, at, canonical, operation, roles, held)


def call_instance(
    run: Interpreter, at: At, owner: Instance, args: Sequence[Value], kwargs: Mapping[str, Value]
) -> Value:
    """Call an object: its ``__call__``, ``call`` or ``forward``; a framework's loss or layer by what it is."""
    if "operation" in owner.attributes and isinstance(owner.cls, External):
        run.uses.scaled.add(at.site.node)
        target, output = _loss_arguments(args, kwargs)
        weights = kwargs.get("sample_weight", args[2] if len(args) > 2 else None)
        return call_loss_instance(at, owner, tensor(target), tensor(output), weights)
    if isinstance(owner.cls, External):
        return through_model(at, args)
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
            return classes.initialise_external(owner, kwargs)
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
        return (
            owner if name in ("copy", "numpy") else constant() if name in ("count", "index") else Const(None)
        )
    if isinstance(owner, Const) and isinstance(owner.value, str):
        return _string_method(owner.value, name, args)
    return Unknown(f".{name}()")


def _super_call(run: Interpreter, at: At, owner: Super, name: str, args: Sequence[Value]) -> Value:
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


# -- built-ins ---------------------------------------------------------------------------------------------------

Special = Callable[["Interpreter", At, Sequence[Value], Mapping[str, Value]], Value]
SPECIAL: dict[str, Special] = {}


def special(*names: str) -> Callable[[Special], Special]:
    """Register what a Python function does."""

    def register(function: Special) -> Special:
        for name in names:
            SPECIAL[name] = function
        return function

    return register


@special("functools.partial")
def _partial(run: Interpreter, at: At, args: Sequence[Value], kwargs: Mapping[str, Value]) -> Value:
    return Partial(args[0], tuple(args[1:]), tuple(kwargs.items())) if args else Unknown("partial")


@special(
    "losslint.identity",
    "builtins.staticmethod",
    "functools.wraps",
    "functools.lru_cache",
    "functools.cache",
    "typing.cast",
    "copy.copy",
    "copy.deepcopy",
)
def _identity(run: Interpreter, at: At, args: Sequence[Value], kwargs: Mapping[str, Value]) -> Value:
    if at.name in ("functools.wraps", "wraps"):
        return External("losslint.identity")
    return args[-1] if args else External("losslint.identity")


@special("functools.reduce")
def _fold(run: Interpreter, at: At, args: Sequence[Value], kwargs: Mapping[str, Value]) -> Value:
    if len(args) < 2:
        return Unknown("functools.reduce")
    items = loops.iterated(args[1])
    if isinstance(items, Seq):
        values = [*args[2:3], *items.items]
        if not values:
            return Unknown("functools.reduce")
        result = values[0]
        for value in values[1:]:
            result = run.call(at, args[0], [result, value], {})
        return result
    combined = run.call(at, args[0], [items.item, items.item], {})
    if items.axis.plain or tensor(combined).degree is UNKNOWN:
        return combined
    operation = run.program.table.find(args[0].name) if isinstance(args[0], External) else None
    if operation is not None and operation.how == "add":
        return reduce(at, "sum", tensor(items), (0,))
    return Unknown("functools.reduce")


@special("builtins.sum", "math.fsum")
def _sum(run: Interpreter, at: At, args: Sequence[Value], kwargs: Mapping[str, Value]) -> Value:
    start = tensor(args[1]) if len(args) > 1 else tensor(kwargs.get("start", Const(0)))
    items = loops.iterated(args[0]) if args else Seq(())
    if isinstance(items, Seq):
        total: Tensor = start
        if all(isinstance(item, Const) for item in items.items):
            numbers = [
                item.value
                for item in items.items
                if isinstance(item, Const) and isinstance(item.value, (int, float))
            ]
            if start.number is not None and len(numbers) == len(items.items):
                return Const(sum(numbers, start.number))
        for item in items.items:
            total = algebra.add(at, total, tensor(item))
        return total
    item = tensor(items.item)
    if items.axis.plain:
        return algebra.add(at, start, replace(item, number=None))
    whole = replace(item, axes=item.axes.insert(0, items.axis), number=None)
    return algebra.add(at, start, reduce(at, "sum", whole, (0,)))


@special("builtins.len")
def _len(run: Interpreter, at: At, args: Sequence[Value], kwargs: Mapping[str, Value]) -> Value:
    return static.read(at, length_of(args[0])) if args else Unknown("len")


@special("builtins.range")
def _range(run: Interpreter, at: At, args: Sequence[Value], kwargs: Mapping[str, Value]) -> Value:
    start, limit = (
        (Const(0), args[0])
        if len(args) == 1
        else (args[0], args[1])
        if len(args) > 1
        else (Const(0), Unknown("range"))
    )
    step = args[2] if len(args) > 2 else Const(1)
    if all(isinstance(part, Const) and isinstance(part.value, int) for part in (start, limit, step)):
        numbers = range(start.value, limit.value, step.value or 1)  # type: ignore[union-attr]
        if len(numbers) <= 64:
            return Seq(tuple(Const(number) for number in numbers))
        return Many(Tensor(), PLAIN)
    return Range(start, limit)


@special("builtins.enumerate")
def _enumerate(run: Interpreter, at: At, args: Sequence[Value], kwargs: Mapping[str, Value]) -> Value:
    items = loops.items_of(run, args[0]) if args else Seq(())
    if isinstance(items, Seq):
        return Seq(tuple(Seq((Const(k), item)) for k, item in enumerate(items.items)))
    return Many(
        Seq((Tensor(spread=Spread.SAMPLE if items.axis.batch else Spread.CONST), items.item)), items.axis
    )


@special("builtins.zip")
def _zip(run: Interpreter, at: At, args: Sequence[Value], kwargs: Mapping[str, Value]) -> Value:
    lists = [arg for arg in args if (name := run.raw.get(id(arg))) and loops.is_list_name(name)]
    # One list among the columns makes lists of the others: a tensor is not zipped with a list of tensors.
    columns = [
        Many(replace(arg), PLAIN)
        if lists and isinstance(arg, Tensor) and id(arg) in run.raw
        else loops.items_of(run, arg)
        for arg in args
    ]
    if not columns:
        return Seq(())
    if all(isinstance(column, Seq) for column in columns):
        return Seq(
            tuple(
                Seq(tuple(row))
                for row in zip(*(column.items for column in columns if isinstance(column, Seq)), strict=False)
            )
        )
    axes = [column.axis for column in columns if isinstance(column, Many)]
    axis = next((one for one in axes if one.batch), axes[0])
    known = min((len(column.items) for column in columns if isinstance(column, Seq)), default=None)
    if known is not None and known <= loops.MAX_UNROLLED:
        return Seq(
            tuple(
                Seq(tuple(column.items[k] if isinstance(column, Seq) else column.item for column in columns))
                for k in range(known)
            )
        )
    return Many(Seq(tuple(_one_of(column) for column in columns)), axis)


def _one_of(column: Seq | Many) -> Value:
    return (
        column.item
        if isinstance(column, Many)
        else column.items[0]
        if column.items
        else Unknown("an empty list")
    )


@special("builtins.map")
def _map(run: Interpreter, at: At, args: Sequence[Value], kwargs: Mapping[str, Value]) -> Value:
    rows = _zip(run, at, args[1:], {})
    fn = args[0] if args else Unknown("map")
    if isinstance(rows, Seq):
        return Seq(
            tuple(run.call(at, fn, row.items if isinstance(row, Seq) else [row], {}) for row in rows.items)
        )
    assert isinstance(rows, Many)
    return Many(
        run.call(at, fn, rows.item.items if isinstance(rows.item, Seq) else [rows.item], {}), rows.axis
    )


@special(
    "builtins.list",
    "builtins.tuple",
    "builtins.sorted",
    "builtins.reversed",
    "builtins.set",
    "builtins.iter",
    "builtins.filter",
)
def _list(run: Interpreter, at: At, args: Sequence[Value], kwargs: Mapping[str, Value]) -> Value:
    if not args:
        return Seq(())
    value = args[-1]
    if isinstance(value, (Range, ShapeOf)):
        return value
    items = loops.iterated(value)
    return Seq(items.items[::-1]) if at.name == "reversed" and isinstance(items, Seq) else items


@special("builtins.dict")
def _dict(run: Interpreter, at: At, args: Sequence[Value], kwargs: Mapping[str, Value]) -> Value:
    if args and isinstance(args[0], Dict):
        return Dict({**args[0].items, **kwargs}, args[0].rest)
    return Dict(dict(kwargs), Unknown("a mapping") if args else None)


@special("builtins.float", "builtins.int", "builtins.bool", "builtins.round", "builtins.complex")
def _number(run: Interpreter, at: At, args: Sequence[Value], kwargs: Mapping[str, Value]) -> Value:
    if not args:
        return Const(0)
    value = args[0]
    if isinstance(value, Const) and isinstance(value.value, (int, float, str)):
        try:
            return Const({"int": int, "float": float, "bool": bool}.get(at.name, float)(value.value))
        except (ValueError, OverflowError):
            return Unknown("a number")
    return value if at.name != "bool" else Unknown("a truth value")


@special("builtins.abs")
def _abs(run: Interpreter, at: At, args: Sequence[Value], kwargs: Mapping[str, Value]) -> Value:
    if args and isinstance(args[0], Const) and isinstance(args[0].value, (int, float)):
        return Const(abs(args[0].value))
    return algebra.homogeneous(at, tensor(args[0])) if args else Unknown("abs")


@special("builtins.max", "builtins.min")
def _extremum(run: Interpreter, at: At, args: Sequence[Value], kwargs: Mapping[str, Value]) -> Value:
    values = list(args)
    if len(values) == 1:
        items = loops.iterated(values[0])
        if isinstance(items, Many):
            return reduce(at, "max", tensor(items), (0,)) if not items.axis.plain else items.item
        values = list(items.items)
    if values and all(isinstance(value, Const) and isinstance(value.value, (int, float)) for value in values):
        numbers = [value.value for value in values if isinstance(value, Const)]
        return Const(max(numbers) if at.name == "max" else min(numbers))
    result = tensor(values[0]) if values else Unknown("max")
    for value in values[1:]:
        result = algebra.extremum(at, tensor(result), tensor(value))
    return result


@special("builtins.pow", "math.pow")
def _pow(run: Interpreter, at: At, args: Sequence[Value], kwargs: Mapping[str, Value]) -> Value:
    return zip_two(at, "power", tensor(args[0]), tensor(args[1])) if len(args) > 1 else Unknown("pow")


@special(
    "math.sqrt",
    "math.log",
    "math.exp",
    "math.cos",
    "math.sin",
    "math.floor",
    "math.ceil",
    "math.log10",
    "math.log2",
)
def _math(run: Interpreter, at: At, args: Sequence[Value], kwargs: Mapping[str, Value]) -> Value:
    import math

    if args and isinstance(args[0], Const) and isinstance(args[0].value, (int, float)):
        try:
            return Const(getattr(math, at.name.rpartition(".")[2])(args[0].value))
        except (ValueError, AttributeError, OverflowError):
            return Unknown("a number")
    return algebra.nonlinear(at, tensor(args[0])) if args else Unknown("math")


@special("builtins.isinstance", "builtins.issubclass")
def _isinstance(run: Interpreter, at: At, args: Sequence[Value], kwargs: Mapping[str, Value]) -> Value:
    if len(args) == 2:
        wanted = {value.name.rpartition(".")[2] for value in flatten(args[1]) if isinstance(value, External)}
        value = args[0]
        if isinstance(value, Const) and wanted <= set(BUILTIN_TYPES):
            return Const(any(isinstance(value.value, BUILTIN_TYPES[name]) for name in wanted))
        if isinstance(value, Seq) and wanted <= {"list", "tuple", "dict", "str", "int", "float"}:
            return Const(bool(wanted & {"list", "tuple"}))
        if isinstance(value, Dict) and wanted <= set(BUILTIN_TYPES):
            return Const("dict" in wanted)
        wanted |= {option.ref.qualname for option in flatten(args[1]) if isinstance(option, Class)}
        if isinstance(value, Tensor) and value.data and not value.opaque and wanted:
            if wanted & {"Tensor", "EagerTensor"}:
                return Const(True)
            if wanted <= set(BUILTIN_TYPES) | NOT_DENSE:
                return Const(False)
    return Unknown("a type test")


NOT_DENSE = words(
    """
    SparseTensor RaggedTensor KerasTensor SymbolicTensor IndexedSlices DistributedValues ndarray Mapping
    Sequence number Number
    """
)
"""Types that the batch of a loss is not, when it is called by a framework."""
BUILTIN_TYPES: dict[str, Any] = {
    "int": int,
    "float": float,
    "str": str,
    "bool": bool,
    "list": list,
    "tuple": tuple,
    "dict": dict,
}


@special("tree.is_nested", "keras.tree.is_nested", "tensorflow.nest.is_nested")
def _is_nested(run: Interpreter, at: At, args: Sequence[Value], kwargs: Mapping[str, Value]) -> Value:
    if not args or isinstance(args[0], (Unknown, Tensor)):
        return (
            Const(False)
            if args and isinstance(args[0], Tensor) and not args[0].opaque
            else Unknown("is_nested")
        )
    return Const(isinstance(args[0], (Seq, Many, Dict)))


@special("builtins.callable")
def _callable(run: Interpreter, at: At, args: Sequence[Value], kwargs: Mapping[str, Value]) -> Value:
    if args and isinstance(args[0], (Function, Partial, Class)):
        return Const(True)
    return Const(False) if args and isinstance(args[0], (Const, Seq, Dict)) else Unknown("callable")


@special("builtins.getattr", "builtins.hasattr")
def _getattr(run: Interpreter, at: At, args: Sequence[Value], kwargs: Mapping[str, Value]) -> Value:
    from .access import attribute

    if (
        at.name == "hasattr"
        and len(args) == 2
        and isinstance(args[0], Tensor)
        and args[0].data
        and not args[0].opaque
    ):
        name = args[1].value if isinstance(args[1], Const) else None
        if isinstance(name, str) and name.startswith("_"):
            return Const(False)
    if at.name == "getattr" and len(args) >= 2 and isinstance(args[1], Const):
        return attribute(run, args[0], str(args[1].value))
    return Unknown(at.name)


@special("builtins.print", "warnings.warn", "builtins.setattr", "logging.info", "logging.warning")
def _nothing(run: Interpreter, at: At, args: Sequence[Value], kwargs: Mapping[str, Value]) -> Value:
    return Const(None)


@special("builtins.any", "builtins.all")
def _any(run: Interpreter, at: At, args: Sequence[Value], kwargs: Mapping[str, Value]) -> Value:
    from .expressions import truth_of

    items = loops.iterated(args[0]) if args else Seq(())
    truths = [truth_of(item) for item in items.items] if isinstance(items, Seq) else [None]
    if None in truths:
        return Unknown(at.name)
    return Const(any(truths) if at.name == "any" else all(truths))


__all__ = ["SCALAR", "UNSURE", "Axis", "call_value", "reduced_by_keras", "through_model"]
