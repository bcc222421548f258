"""Structures of tensors: what ``tf.nest``, ``tree`` and ``keras.tree`` do to lists, tuples and mappings.

A mapping lists its entries in the order of its keys, as all of these do.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import TYPE_CHECKING

from .builtin import special
from .joining import At
from .values import NONE, Const, Dict, Either, Many, Seq, Tensor, Unknown, Value

if TYPE_CHECKING:
    from .interpreter import Interpreter

LIBRARIES = ("tree", "keras.tree", "tensorflow.nest", "tensorflow.python.util.nest")


def _named(name: str) -> tuple[str, ...]:
    return tuple(f"{library}.{name}" for library in LIBRARIES)


@special(*_named("is_nested"))
def _is_nested(run: Interpreter, at: At, args: Sequence[Value], kwargs: Mapping[str, Value]) -> Value:
    if args and isinstance(args[0], Tensor) and not args[0].opaque:
        return Const(False)
    if not args or isinstance(args[0], (Unknown, Tensor)):
        return Unknown("is_nested")
    return Const(isinstance(args[0], (Seq, Many, Dict)))


@special(*_named("flatten"))
def _flatten(run: Interpreter, at: At, args: Sequence[Value], kwargs: Mapping[str, Value]) -> Value:
    structure = args[0] if args else kwargs.get("structure", Unknown(at.name))
    if isinstance(structure, Many) and _is_leaf(structure.item):
        return structure
    if not _followed(structure):
        return Unknown(at.name)
    return Seq(tuple(_leaves(structure)), mutable=True)


@special(*_named("map_structure"))
def _map_structure(run: Interpreter, at: At, args: Sequence[Value], kwargs: Mapping[str, Value]) -> Value:
    function, *structures = args or (Unknown(at.name),)
    if not structures or not all(_followed(structure) for structure in structures):
        return Unknown(at.name)
    return _mapped(lambda leaves: run.call(at, function, leaves, {}), structures, at)


@special(*_named("pack_sequence_as"))
def _pack_sequence_as(run: Interpreter, at: At, args: Sequence[Value], kwargs: Mapping[str, Value]) -> Value:
    structure = args[0] if args else kwargs.get("structure", Unknown(at.name))
    flat = args[1] if len(args) > 1 else kwargs.get("flat_sequence", Unknown(at.name))
    if not _followed(structure) or not isinstance(flat, Seq):
        return Unknown(at.name)
    if len(flat.items) != sum(1 for _ in _leaves(structure)):
        return Unknown(at.name)
    waiting = iter(flat.items)
    return _mapped(lambda _: next(waiting), [structure], at)


@special(*_named("assert_same_structure"))
def _assert_same_structure(
    run: Interpreter, at: At, args: Sequence[Value], kwargs: Mapping[str, Value]
) -> Value:
    return NONE


def _is_leaf(value: Value) -> bool:
    """Whether a value is certainly no structure: a parameter of which nothing is known may be one."""
    if isinstance(value, Tensor):
        return not value.opaque
    return not isinstance(value, (Seq, Many, Dict, Either, Unknown))


def _followed(value: Value) -> bool:
    """Whether all entries of a structure are known one by one. What was handed in as data is a leaf."""
    if isinstance(value, Dict):
        return value.rest is None and all(map(_followed, value.items.values()))
    return all(map(_followed, value.items)) if isinstance(value, Seq) else _is_leaf(value)


def _entries(value: Value) -> list[tuple[object, Value]] | None:
    """The keys and entries of a structure in the order that counts; ``None`` for a leaf."""
    if isinstance(value, Seq):
        return list(enumerate(value.items))
    return sorted(value.items.items(), key=lambda entry: str(entry[0])) if isinstance(value, Dict) else None


def _leaves(value: Value) -> Iterator[Value]:
    entries = _entries(value)
    if entries is None:
        yield value
    for _, entry in entries or ():
        yield from _leaves(entry)


def _mapped(function: Callable[[list[Value]], Value], structures: Sequence[Value], at: At) -> Value:
    """``function`` of the leaves in the same place of every structure, in a structure like the first."""
    entries = [_entries(structure) for structure in structures]
    first = entries[0]
    if first is None:
        return function(list(structures))
    keys = [key for key, _ in first]
    rows: list[list[Value]] = []
    for each in entries:
        if each is None or [key for key, _ in each] != keys:
            return Unknown(at.name)
        rows.append([entry for _, entry in each])
    mapped = [_mapped(function, row, at) for row in zip(*rows, strict=True)]
    return (
        Seq(tuple(mapped)) if isinstance(structures[0], Seq) else Dict(dict(zip(keys, mapped, strict=True)))
    )
