"""Frozen dataclasses that are cheap to make: ``dataclass`` does here what that of the standard library does.

The standard one compiles six functions for each class, one by one; a run over one file with a finding makes some
ninety classes, and spent more on that than on anything else. Here all classes share what reads no field by its name,
and the rest is compiled together. What is not frozen is left to the standard library. Fields compare as tuples do, for
which a thing equals itself, in every Python: since 3.13 the standard library asks each thing (NaN denies it).
"""

from __future__ import annotations

import dataclasses
from collections.abc import Callable, Sequence
from reprlib import recursive_repr
from types import MemberDescriptorType
from typing import TYPE_CHECKING, Any, NoReturn

if TYPE_CHECKING:
    from dataclasses import dataclass as dataclass
else:

    def dataclass(cls=None, /, *, frozen=False, slots=False, eq=True, order=False):
        """A decorator; its parameters, and what it makes of a class, are those of the standard library."""
        if not frozen:
            return dataclasses.dataclass(cls, slots=slots, eq=eq, order=order)
        return lambda cls: _made(cls, slots, eq, order)


def _made(cls: type, slots: bool, eq: bool, order: bool) -> type:
    made: type[Any] = dataclasses.dataclass(init=False, repr=False, eq=False, slots=slots)(cls)
    fields = dataclasses.fields(made)
    methods: dict[str, Callable[..., Any]] = {"__repr__": _repr, **_compiled(made, fields, eq, order)}
    if slots:  # to copy or to unpickle would set attributes otherwise
        methods |= {"__getstate__": _get_state, "__setstate__": _set_state}
    for name, method in methods.items():
        if vars(made).get(name) is None:
            setattr(made, name, method)
    made.__setattr__, made.__delattr__ = _set, _delete  # type: ignore[assignment]
    return made


def _compiled(
    cls: type, fields: Sequence[dataclasses.Field[Any]], eq: bool, order: bool
) -> dict[str, Callable[..., Any]]:
    """``__init__``, and what compares."""
    around: dict[str, Any] = {"_set": object.__setattr__, "_given": _GIVEN}
    parameters, body = [], []
    for name, field in ((field.name, field) for field in fields):
        value, default = name, ""
        if field.default_factory is not dataclasses.MISSING:
            around[f"_default_{name}"] = field.default_factory
            value, default = f"_default_{name}() if {name} is _given else {name}", "=_given"
        elif field.default is not dataclasses.MISSING:
            around[f"_default_{name}"] = field.default
            default = f"=_default_{name}"
        parameters.append(name + default)
        slot = getattr(cls, name, None)
        if isinstance(slot, MemberDescriptorType):  # the quickest way around _set
            around[f"_set_{name}"] = slot.__set__
            body.append(f" _set_{name}(self, {value})")
        else:
            body.append(f" _set(self, {name!r}, {value})")
    lines = [f"def __init__(self, {', '.join(parameters)}):", *(body or [" pass"])]
    compared = [field.name for field in fields if field.compare]
    hashed = [field.name for field in fields if (field.compare if field.hash is None else field.hash)]
    for name, sign in [*_EQUAL.items(), *(_ORDER.items() if order else ())] if eq else ():
        lines += [
            f"def {name}(self, other):",
            " if other.__class__ is not self.__class__: return NotImplemented",
            f" return {_tuple('self', compared)} {sign} {_tuple('other', compared)}",
        ]
    if eq:
        lines.append(f"def __hash__(self): return hash({_tuple('self', hashed)})")
    made: dict[str, Any] = {}
    exec("\n".join(lines), around, made)
    return made


def _tuple(of: str, names: Sequence[str]) -> str:
    return f"({''.join(f'{of}.{name},' for name in names)})"


_GIVEN = object()
"""Stands for an argument that a factory makes."""
_EQUAL = {"__eq__": "=="}
_ORDER = {"__lt__": "<", "__le__": "<=", "__gt__": ">", "__ge__": ">="}


def _set(self: object, name: str, value: object) -> NoReturn:
    raise dataclasses.FrozenInstanceError(f"cannot assign to field {name!r}")


def _delete(self: object, name: str) -> NoReturn:
    raise dataclasses.FrozenInstanceError(f"cannot delete field {name!r}")


@recursive_repr()
def _repr(self: Any) -> str:
    shown = (f"{each.name}={getattr(self, each.name)!r}" for each in dataclasses.fields(self) if each.repr)
    return f"{type(self).__qualname__}({', '.join(shown)})"


def _get_state(self: Any) -> list[Any]:
    return [getattr(self, field.name) for field in dataclasses.fields(self)]


def _set_state(self: Any, state: list[Any]) -> None:
    for field, value in zip(dataclasses.fields(self), state, strict=True):
        object.__setattr__(self, field.name, value)
