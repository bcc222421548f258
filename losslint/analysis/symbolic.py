"""Data that a program only names: Keras' symbolic inputs, and what a loop over a data set yields."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

import libcst as cst

from .axes import BATCH, PLAIN, Axis, batch_first, closed
from .degree import UNKNOWN, ZERO
from .values import Const, Many, Seq, Spread, Tensor, Unknown, Value

if TYPE_CHECKING:
    from .interpreter import Interpreter

INPUTS = {"keras.Input", "keras.layers.Input", "keras.engine.input_layer.Input"}
"""Canonical names of what makes a symbolic input."""
_DATASETS = re.compile(
    r"data_?set|data_?loader|(?:^|[._(])(?:train|test|val|valid)_?(?:ds|data|gen|loader)\b"
    r"|\bds\b|batches|make_one_shot",
    re.IGNORECASE,
)


def symbolic_input(args: Sequence[Value], kwargs: Mapping[str, Value]) -> Value:
    """``keras.Input(shape)``: a batch of that shape."""
    if "tensor" in kwargs or "batch_shape" in kwargs:
        return Unknown("a symbolic input")
    shape = args[0] if args else kwargs.get("shape", Const(None))
    if not isinstance(shape, Seq):
        return Tensor(batch_first(2), ZERO, ZERO, Spread.SAMPLE)
    return Tensor(closed((BATCH, *map(_axis, shape.items))), ZERO, ZERO, Spread.SAMPLE)


def _axis(length: Value) -> Axis:
    return Axis(size=length.value) if isinstance(length, Const) and isinstance(length.value, int) else PLAIN


def is_data_set(node: cst.BaseExpression) -> bool:
    """Whether a loop runs over batches of data, as far as the names in what it runs over tell."""
    return bool(_DATASETS.search(cst.Module([]).code_for_node(node)))


def batches(run: Interpreter, target: cst.BaseAssignTargetExpression, item: Value) -> Value:
    """What a loop over a data set binds to ``target``, where nothing better is known: batches by name."""
    elements = target.elements if isinstance(target, (cst.Tuple, cst.List)) else ()
    if elements and isinstance(item, Seq) and len(item.items) == len(elements):
        pairs = zip(elements, item.items, strict=True)
        return Seq(tuple(batches(run, element.value, part) for element, part in pairs))  # type: ignore[arg-type]
    if not (isinstance(item, Unknown) or (isinstance(item, Tensor) and item.degree is UNKNOWN)):
        return item
    if elements:
        return Seq(tuple(batches(run, element.value, item) for element in elements))  # type: ignore[arg-type]
    if not isinstance(target, cst.Name):
        return item
    value = run.parameter(target.value, loss=True, beside_data=True)
    if isinstance(value, Tensor) and value.data:
        run.raw[id(value)] = target.value
        run.keep(value)
    return value


def items_of_data_set(run: Interpreter, node: cst.For, items: Seq | Many) -> Seq | Many:
    """The items of a loop; over a data set those that are not known otherwise are batches by name."""
    if not isinstance(items, Many) or not is_data_set(node.iter):
        return items
    return Many(batches(run, node.target, items.item), PLAIN)
