"""Our own frozen dataclasses are those of the standard library in everything that anybody does with them."""

from __future__ import annotations

import copy
import dataclasses
import operator
import pickle
from collections.abc import Callable, Sequence
from functools import cached_property
from typing import Any

import pytest

from losslint import frozen


class Plain:
    """Fields of every kind."""

    name: str
    size: float = 1.0
    parts: list[int] = dataclasses.field(default_factory=list, hash=False)
    memory: dict[str, int] = dataclasses.field(default_factory=dict, compare=False, repr=False)

    @property
    def double(self) -> float:
        return self.size * 2


class Sized:
    """One field alone, and an equality of its own."""

    size: float = 0.0

    def __eq__(self, other: object) -> bool:
        return isinstance(other, type(self)) and int(self.size * 10) == int(other.size * 10)


class Empty:
    """No field at all."""


class Remembering:
    """What is worked out once is kept beside the fields."""

    size: float = 2.0

    @cached_property
    def square(self) -> float:
        return self.size**2


SHAPES: list[tuple[type, dict[str, bool]]] = [
    (Plain, {"slots": True}),
    (Plain, {}),
    (Plain, {"slots": True, "eq": False}),
    (Plain, {"slots": True, "order": True}),
    (Sized, {"slots": True}),
    (Empty, {"slots": True}),
    (Remembering, {}),
    (Remembering, {"eq": False}),
]


def made(decorate: Callable[..., Any], shape: type, options: dict[str, bool]) -> Any:
    body = {
        name: copy.copy(value)
        for name, value in vars(shape).items()
        if name not in ("__dict__", "__weakref__")
    }
    for value in body.values():
        if isinstance(value, cached_property):
            value.__set_name__(shape, value.attrname or "")
    return decorate(frozen=True, **options)(type(shape.__name__, (), body))


@pytest.fixture(params=SHAPES, ids=lambda shape: f"{shape[0].__name__}-{'-'.join(shape[1])}")
def pair(request: pytest.FixtureRequest) -> tuple[Any, Any]:
    shape, options = request.param
    return made(frozen.dataclass, shape, options), made(dataclasses.dataclass, shape, options)


def objects(cls: Any) -> Sequence[Any]:
    if cls.__name__ == "Empty":
        return [cls(), cls()]
    if cls.__name__ == "Plain":
        shared = [3]
        return [cls("a"), cls("a"), cls("a", 2.5), cls("b", parts=shared), cls("b", 1.0, shared, {"x": 1})]
    if cls.__name__ == "Sized":
        return [cls(), cls(2.42), cls(size=2.44)]
    return [cls(), cls(2.4), cls(size=float("nan")), cls(float("nan"))]


def outcome(do: Callable[..., Any], *arguments: Any, **keywords: Any) -> Any:
    try:
        return do(*arguments, **keywords)
    except Exception as error:
        return type(error)


def test_it_compares_hashes_and_shows_itself_alike(pair: tuple[Any, Any]) -> None:
    ours, theirs = map(objects, pair)
    compare = (operator.eq, operator.ne, operator.lt, operator.le, operator.gt, operator.ge)
    for left in range(len(ours)):
        assert repr(ours[left]) == repr(theirs[left])
        for right in range(len(ours)):
            for by in compare:
                results = [outcome(by, each[left], each[right]) for each in (ours, theirs)]
                assert results[0] == results[1]
            same = (hash(each[left]) == hash(each[right]) for each in (ours, theirs) if each[0].__hash__)
            assert len(set(map(bool, same))) <= 1
    assert ours[0] != theirs[0]


def test_a_nan_equals_itself(pair: tuple[Any, Any]) -> None:
    ours, theirs = map(objects, pair)
    assert [each == each for each in ours] == [each == each for each in theirs]


def test_nothing_can_be_set_or_deleted(pair: tuple[Any, Any]) -> None:
    for each in objects(pair[0]):
        for name in ("size", "other"):
            with pytest.raises(dataclasses.FrozenInstanceError):
                setattr(each, name, 1.0)
            with pytest.raises(dataclasses.FrozenInstanceError):
                delattr(each, name)


def test_the_standard_library_knows_what_it_is(pair: tuple[Any, Any]) -> None:
    ours, theirs = pair
    described = [
        [(f.name, f.type, f.default, f.default_factory, f.repr, f.compare) for f in dataclasses.fields(cls)]
        for cls in pair
    ]
    assert described[0] == described[1]
    assert ours.__match_args__ == theirs.__match_args__
    assert getattr(ours, "__slots__", None) == getattr(theirs, "__slots__", None)
    assert hasattr(objects(ours)[0], "__dict__") == hasattr(objects(theirs)[0], "__dict__")
    for each in objects(ours):
        assert dataclasses.asdict(each).keys() == dataclasses.asdict(objects(theirs)[0]).keys()
        if dataclasses.fields(each):
            assert dataclasses.replace(each, size=7.0).size == 7.0


def test_wrong_arguments_are_refused_alike(pair: tuple[Any, Any]) -> None:
    ours, theirs = pair
    for arguments, keywords in [((), {}), ((1, 2, 3, 4, 5), {}), ((), {"unknown": 1})]:
        results = [outcome(cls, *arguments, **keywords) for cls in (ours, theirs)]
        assert isinstance(results[0], type) == isinstance(results[1], type)
        if isinstance(results[0], type):
            assert results[0] is results[1]


def test_defaults_are_made_anew() -> None:
    cls = made(frozen.dataclass, Plain, {"slots": True})
    assert cls("a").parts is not cls("a").parts
    assert cls("a").double == 2.0


def test_what_is_worked_out_is_kept() -> None:
    each = made(frozen.dataclass, Remembering, {})(3.0)
    assert each.square == each.square == 9.0
    assert vars(each) == {"size": 3.0, "square": 9.0}


@frozen.dataclass(frozen=True, slots=True)
class Base:
    """At the top of its module, so that it can be pickled."""

    name: str
    size: int = 1


@frozen.dataclass(frozen=True, slots=True)
class Derived(Base):
    more: tuple[str, ...] = ()


def test_it_is_pickled_copied_and_inherited() -> None:
    each = Derived("a", 2, ("b",))
    for protocol in range(2, pickle.HIGHEST_PROTOCOL + 1):
        assert pickle.loads(pickle.dumps(each, protocol)) == each
    assert copy.copy(each) == copy.deepcopy(each) == each
    assert repr(each) == "Derived(name='a', size=2, more=('b',))"
    assert each != Base("a", 2)
    assert not hasattr(each, "__dict__")
