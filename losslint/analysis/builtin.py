"""What Python's own functions do to abstract values: ``len``, ``sum``, ``zip``, ``functools.reduce``…

Found by dotted name; ``SPECIAL`` is the table. A framework's calls stand in the operation tables instead.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from . import algebra, functions, loops, static
from .axes import PLAIN
from .conditions import truth_of
from .degree import UNKNOWN
from .joining import At
from .operations import flatten, zip_two
from .operations_shape import length_of
from .reduce import reduce
from .values import (
    Class,
    Const,
    Dict,
    External,
    Function,
    Many,
    Partial,
    Range,
    Seq,
    ShapeOf,
    Spread,
    Tensor,
    Unknown,
    Value,
    tensor,
    unknown_tensor,
)
from .vocabulary import words

if TYPE_CHECKING:
    from .interpreter import Interpreter

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
    if not args:
        return Unknown("len")
    name = run.raw.get(id(args[0]), "")
    if name in run.listed:
        return Tensor()
    if name.startswith(loops.ITEM):
        return unknown_tensor(f"whether {name} is a batch or a list")
    return static.read(at, length_of(args[0]))


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
    raw = {run.raw[id(arg)] for arg in args if id(arg) in run.raw}
    if raw & run.arrays:  # one batch among the columns makes batches of the others
        run.arrays |= raw
    lists = [name for name in raw - run.arrays if loops.is_list_name(name)]
    # One list among the columns makes lists of the others: a tensor is not zipped with a list of tensors.
    if lists:
        run.listed |= raw
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
    return functions.rectified(at, tensor(args[0]), nonnegative=True, even=True) if args else Unknown("abs")


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
        result = functions.extremum(at, tensor(result), tensor(value))
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
    return functions.nonlinear(at, tensor(args[0])) if args else Unknown("math")


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
    items = loops.iterated(args[0]) if args else Seq(())
    truths = [truth_of(item) for item in items.items] if isinstance(items, Seq) else [None]
    if None in truths:
        return Unknown(at.name)
    return Const(any(truths) if at.name == "any" else all(truths))
