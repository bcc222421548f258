"""Names, attributes and items of abstract values, and the methods that change a list in place."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import libcst as cst

from losslint.source.index import Import

from . import classes, loops, names, shapes, stacking
from .alternatives import lift, look
from .axes import FEATURES, PLAIN, SCALAR, WILD, Axes
from .degree import UNKNOWN, ZERO
from .joining import At
from .scope import Scope
from .values import (
    Class,
    Const,
    Dict,
    Either,
    External,
    Function,
    Instance,
    Many,
    Method,
    Module,
    Partial,
    Range,
    Rank,
    Seq,
    ShapeOf,
    Slice,
    Super,
    Tensor,
    Unknown,
    Value,
    constant,
    tensor,
    unknown_tensor,
)

if TYPE_CHECKING:
    from .interpreter import Interpreter
    from .statements import Flow


def super_of(scope: Scope) -> Value:
    """``super()`` inside a method."""
    here: Scope | None = scope
    while here is not None:
        if here.owner is not None and isinstance(here.this, (Instance, Class)):
            return Super(here.owner, here.this)
        here = here.outer
    return Unknown("super()")


CONSTANTS: dict[str, Value] = {
    "newaxis": Const(None),
    "pi": Const(math.pi),
    "e": Const(math.e),
    "inf": Const(math.inf),
    "nan": Const(math.nan),
    "min": constant(),
    "max": constant(),
}
"""Attributes of numerical libraries that are plain constants."""


def attribute(run: Interpreter, owner: Value, attr: str) -> Value:
    """``owner.attr``."""
    if attr in run.program.table.of_strategies and not isinstance(owner, Unknown):
        return constant(opaque=True)  # the number of replicas: with a batch size it makes the global one
    if isinstance(owner, External):
        if attr in CONSTANTS and run.program.table.find(f"{owner.name}.{attr}") is None:
            return CONSTANTS[attr]
        return names.named_constant(run, attr, External(f"{owner.name}.{attr}"))
    if isinstance(owner, Module):
        return names.member(run, owner.ref.index.name, attr)
    if isinstance(owner, Instance):
        return classes.instance_attribute(run, owner, attr)
    if isinstance(owner, Class):
        return classes.class_attribute(run, owner, attr)
    if isinstance(owner, Super):
        return classes.super_attribute(run, owner, attr)
    if isinstance(owner, Tensor):
        return tensor_attribute(run, owner, attr)
    if isinstance(owner, ShapeOf) and attr in ("rank", "ndims"):
        return rank_of(owner.axes)
    if isinstance(owner, (ShapeOf, Seq, Many, Dict, Const, Range)):
        return Method(owner, attr)
    if isinstance(owner, Partial):
        return attribute(run, owner.fn, attr)
    if isinstance(owner, Function) and attr == "__name__":
        return Const(owner.closure.qualname.rpartition(".")[2])
    return owner if isinstance(owner, Unknown) else Unknown(f".{attr}")


def tensor_attribute(run: Interpreter, owner: Tensor, attr: str) -> Value:
    """An attribute of a tensor (or of a parameter of which nothing is known)."""
    if attr == "shape":
        return ShapeOf(owner.axes, static=True)
    if attr in ("ndim", "rank"):
        return rank_of(owner.axes)
    if attr == "T":
        return shapes.transposed(owner, None)
    if attr == "size" and not owner.opaque:
        return shapes.size_of(owner.axes, True)
    if attr in ("dtype", "name", "device", "graph", "op"):
        return Unknown(attr)
    if owner.opaque and not owner.data:
        return settings_attribute(run, attr)
    if owner.opaque and run.program.table.find(f"Tensor.{attr}") is None:
        return run.parameter(attr, loss=False)
    return Method(owner, attr)


def settings_attribute(run: Interpreter, attr: str) -> Value:
    """An attribute of an object nobody knows: a setting, weights, or a nominal batch size by its name."""
    if run.vocabulary.is_weights(attr):
        return Many(constant(axes=FEATURES, weights=True), PLAIN)
    if run.vocabulary.is_batch_size(attr):
        return run.parameter(attr, loss=False)
    return constant(axes=FEATURES, opaque=True)


def rank_of(axes: Axes) -> Value:
    """The rank as a constant, or as far as it is known."""
    return Const(axes.rank) if axes.rank is not None else Rank(axes)


def set_attribute(run: Interpreter, owner: Value, attr: str, value: Value) -> None:
    """``owner.attr = value``."""
    if isinstance(owner, Instance):
        run.summaries.touched()
        owner.attributes[attr] = names.named_constant(run, attr, value)


def subscript(run: Interpreter, at: At, owner: Value, items: Sequence[Value]) -> Value:
    """``owner[items]``."""
    if isinstance(owner, Unknown):
        return owner
    first = items[0] if items else Const(None)
    if len(items) == 1 and isinstance(first, Seq) and isinstance(owner, Tensor):
        items = first.items
    if isinstance(owner, Seq):
        return _from_sequence(owner, first)
    if isinstance(owner, Many):
        return owner if isinstance(first, Slice) else owner.item
    if isinstance(owner, Dict):
        if isinstance(first, Const) and first.value in owner.items:
            return owner.items[first.value]
        return owner.rest if owner.rest is not None else Unknown("a key of a mapping")
    if isinstance(owner, ShapeOf):
        return _from_shape(owner, first)
    if isinstance(owner, Const):
        return Unknown("an item of a constant")
    if isinstance(owner, Range):
        return _from_range(owner, first)
    if isinstance(owner, Tensor):
        if owner.opaque and owner.axes == WILD:
            return owner
        name = run.raw.get(id(owner))
        if name is not None and len(items) == 1 and isinstance(first, Const) and isinstance(first.value, str):
            return _by_key(run, first.value)
        if (
            name is not None
            and name not in run.arrays
            and len(items) == 1
            and isinstance(first, Const)
            and isinstance(first.value, int)
        ):
            # y[0] of a bare parameter: its first sample, or the first of several outputs
            if loops.is_list_name(name):
                run.listed.add(name)
                return replace(owner)
            return unknown_tensor(f"whether {name} is a batch or a list")
        return shapes.indexed(at, owner, items)
    if isinstance(owner, External):
        return Unknown(owner.name)
    if isinstance(owner, Instance):
        return Unknown("an item of an object")
    return Unknown("an item")


def _by_key(run: Interpreter, key: str) -> Value:
    """``outputs["logits"]``: a mapping of tensors after all; each is what its key says."""
    value = run.parameter(key, loss=True, beside_data=True)
    if isinstance(value, Tensor) and value.data:
        run.raw[id(value)] = loops.ITEM + key
        run.keep(value)
    return value


def _from_sequence(owner: Seq, index: Value) -> Value:
    if isinstance(index, Const) and isinstance(index.value, int):
        return (
            owner.items[index.value]
            if -len(owner.items) <= index.value < len(owner.items)
            else Unknown("an index out of range")
        )
    if isinstance(index, Slice):
        bounds = [
            part.value if isinstance(part, Const) else None for part in (index.start, index.stop, index.step)
        ]
        if all(part is None or isinstance(part, Const) for part in (index.start, index.stop, index.step)):
            return Seq(owner.items[slice(*bounds)])
        return Many(owner.items[0], PLAIN) if owner.items else owner
    if not owner.items:
        return Unknown("an item of an empty list")
    if all(isinstance(item, Const) for item in owner.items):
        return Tensor()
    return (
        owner.items[0]
        if len({str(look(item)) for item in owner.items}) == 1
        else Unknown("an item of a list")
    )


def _from_range(owner: Range, index: Value) -> Value:
    """The first or last number of a range."""
    if index == Const(0):
        return owner.start
    if index == Const(-1) and isinstance(owner.limit, Rank):
        return replace(owner.limit, beyond=owner.limit.beyond - 1)
    return Tensor()


def _from_shape(owner: ShapeOf, index: Value) -> Value:
    axes = owner.axes
    if isinstance(index, Const) and isinstance(index.value, int):
        axis = axes.at(index.value)
        if axis is None:
            return Unknown("a dimension out of range")
        if axis.extent is UNKNOWN:
            return Tensor(SCALAR, UNKNOWN, static=owner.static)
        return shapes.dimension(axis, owner.static)
    if isinstance(index, Slice):
        bounds = [_from_end(axes, bound) for bound in (index.start, index.stop)]
        if index.step is None and all(isinstance(bound, Const) for bound in bounds):
            part = sliced_axes(axes, *(bound.value for bound in bounds if isinstance(bound, Const)))
            if part is not None:
                return ShapeOf(part, owner.static)
    return Unknown("part of a shape") if axes.total != ZERO else ShapeOf(Axes(middle=ZERO), owner.static)


def _from_end(axes: Axes, bound: Value | None) -> Value:
    """A bound of a slice; one that is counted from the rank is counted from the end."""
    if isinstance(bound, Rank) and bound.axes == axes and bound.beyond <= 0:
        return Const(bound.beyond or None)
    return Const(None) if bound is None else bound


def sliced_axes(axes: Axes, start: int | None, stop: int | None) -> Axes | None:
    """``shape[start:stop]`` as axes, if it can be told."""
    if axes.middle is None:
        return Axes(axes.front[slice(start, stop)])
    begin = start or 0
    if begin < 0:
        return Axes(axes.back[begin:]) if stop is None and -begin <= len(axes.back) else None
    if begin > len(axes.front):
        return None
    if stop is None:
        return Axes(axes.front[begin:], axes.middle, axes.back)
    if 0 <= stop <= len(axes.front):
        return Axes(axes.front[begin:stop])
    if stop < 0 and -stop <= len(axes.back):
        return Axes(axes.front[begin:], axes.middle, axes.back[:stop])
    return None


MUTATORS = {"append", "extend", "insert", "pop", "remove", "update", "setdefault", "clear", "write"}
"""Methods that change a list or mapping in place; ``write`` is a ``TensorArray``'s, which also returns it."""


def mutation(run: Interpreter, node: cst.Call, scope: Scope, flow: Flow) -> Value | None:
    """A call that changes a list or mapping in place; ``None`` if the call is none."""
    function = node.func
    if not isinstance(function, cst.Attribute) or function.attr.value not in MUTATORS:
        return None
    if not isinstance(function.value, (cst.Name, cst.Attribute)):
        return None
    owner = run.evaluate(function.value, scope, flow)
    if not isinstance(owner, (Seq, Many, Dict, Either)):
        return None
    from .expressions import arguments
    from .statements import bind

    args, kwargs = arguments(run, node, scope, flow)
    if isinstance(owner, Either):
        if not any(isinstance(option, (Seq, Many, Dict)) for _, option in owner.options):
            return None
        after = lift(lambda option: _changed_list(option, function.attr.value, args, kwargs), owner)
        bind(run, function.value, after, scope, flow)
        return Unknown(f".{function.attr.value}() of one of several lists")
    changed = _changed(owner, function.attr.value, args, kwargs)
    if changed is None:
        return None
    after, result = changed
    bind(run, function.value, after, scope, flow)
    return result


def _changed_list(owner: Value, method: str, args: Sequence[Value], kwargs: dict[str, Value]) -> Value:
    """One of several lists after a method that changes it."""
    changed = _changed(owner, method, args, kwargs) if isinstance(owner, (Seq, Many, Dict)) else None
    return changed[0] if changed is not None else Unknown("a changed list")


def _changed(
    owner: Seq | Many | Dict, method: str, args: Sequence[Value], kwargs: dict[str, Value]
) -> tuple[Value, Value] | None:
    nothing = Const(None)
    if isinstance(owner, Seq):
        if method == "append" and args:
            return Seq((*owner.items, args[0])), nothing
        if method == "write" and len(args) == 2:
            longer = Seq((*owner.items, args[1]))
            return longer, longer
        if method == "extend" and args and isinstance(args[0], Seq):
            return Seq(owner.items + args[0].items), nothing
        if method == "extend" and args and isinstance(args[0], Many) and not owner.items:
            return args[0], nothing
        if (
            method == "insert"
            and len(args) == 2
            and isinstance(args[0], Const)
            and isinstance(args[0].value, int)
        ):
            items = list(owner.items)
            items.insert(args[0].value, args[1])
            return Seq(tuple(items)), nothing
        if (
            method == "pop"
            and owner.items
            and (not args or (isinstance(args[0], Const) and isinstance(args[0].value, int)))
        ):
            at = args[0].value if args and isinstance(args[0], Const) else -1
            if -len(owner.items) <= at < len(owner.items):
                items = list(owner.items)
                taken = items.pop(at)
                return Seq(tuple(items)), taken
        if method == "remove" and args and args[0] in owner.items:
            items = list(owner.items)
            items.remove(args[0])
            return Seq(tuple(items)), nothing
        return (Unknown("a changed list"), Unknown("a changed list")) if method != "setdefault" else None
    if isinstance(owner, Many):
        if method == "append" and args:
            return Many(stacking.blend([tensor(owner.item), tensor(args[0])]), owner.axis), nothing
        if method == "write" and len(args) == 2:
            more = Many(stacking.blend([tensor(owner.item), tensor(args[1])]), owner.axis)
            return more, more
        return owner, owner.item
    if method == "update":
        given = args[0] if args else Dict(kwargs)
        return (
            (Dict({**owner.items, **given.items}, owner.rest or given.rest), nothing)
            if isinstance(given, Dict)
            else (Dict(owner.items, Unknown("an update")), nothing)
        )
    if method in ("pop", "setdefault") and args and isinstance(args[0], Const):
        key: Any = args[0].value
        default = args[1] if len(args) > 1 else owner.rest or nothing
        value = owner.items.get(key, default)
        items_left = {k: v for k, v in owner.items.items() if k != key or method == "setdefault"}
        return Dict(items_left if method == "pop" else {**items_left, key: value}, owner.rest), value
    return None


def local_imports(run: Interpreter, node: Any, scope: Scope) -> Iterator[tuple[str, Value]]:
    """What an import statement inside a function binds."""
    if isinstance(node, cst.Import):
        for alias in node.names:
            dotted = _dotted(alias.name)
            if alias.asname is not None and isinstance(alias.asname.name, cst.Name):
                yield alias.asname.name.value, names.module_value(run, dotted)
            else:
                top = dotted.partition(".")[0]
                yield top, names.module_value(run, top)
    elif isinstance(node, cst.ImportFrom) and not isinstance(node.names, cst.ImportStar):
        module = _dotted(node.module) if node.module is not None else ""
        for alias in node.names:
            attr = _dotted(alias.name)
            local = (
                alias.asname.name.value
                if alias.asname is not None and isinstance(alias.asname.name, cst.Name)
                else attr
            )
            yield local, names.imported(run, scope.module, Import(module, attr, len(node.relative)))


def _dotted(node: cst.BaseExpression) -> str:
    if isinstance(node, cst.Attribute):
        return f"{_dotted(node.value)}.{node.attr.value}"
    return node.value if isinstance(node, cst.Name) else ""
