"""From a qualified name to something callable: instances, closures, and the arguments that make them."""

from __future__ import annotations

import contextlib
import inspect
import sys
import types
from typing import TYPE_CHECKING, Any

from .errors import ImportTooSlow, Unsupported, one_line

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from .importing import Importer
    from .wire import Json

    Loss = Callable[..., Any]


class Found:
    """A callable; where it came from; what is not as in the project; the object it belongs to, if any.

    ``bare`` says why the object had to be made without its constructor.
    """

    def __init__(
        self, function: Loss, origin: str, notes: list[str], owner: Any = None, bare: str = ""
    ) -> None:
        self.function, self.origin, self.notes, self.bare = function, origin, notes, bare
        self.owner = owner  # kept: a method that is a tf.function does not hold its object


def find(importer: Importer, request: Json) -> Found:
    """The loss of a request: from its module or, failing that, from a slice of it. Raises Unsupported.

    ``request["skip_import"]`` says why the module is not to be imported; ``import_error`` is set where that was tried
    in vain, so that the next loss of the file need not try again.
    """
    if "source" in request:
        namespace = importer.execute(request["source"], request.get("path"))
        return _Resolver(namespace, request, "source", []).resolve()
    problem = request.get("skip_import")
    if problem is None:
        try:
            loaded = importer.module(request)
        except (Exception, SystemExit, ImportTooSlow) as error:
            problem = request["import_error"] = one_line(error)
        else:
            try:
                return _Resolver(loaded.namespace, request, loaded.origin, loaded.notes).resolve()
            except Unsupported:
                raise
            except Exception as error:  # a factory that does more than make a function: its slice does not
                problem = one_line(error)
    request["skip_import"] = problem
    try:
        loaded = importer.slice(request)
        notes = [f"run without its module: {problem}", *loaded.notes]
        return _Resolver(loaded.namespace, request, loaded.origin, notes).resolve()
    except Exception as error:
        raise Unsupported(f"{problem}; without its module: {one_line(error)}") from error


class _Resolver:
    """Follows ``Class.method`` and ``factory.<locals>.inner`` in one namespace."""

    def __init__(self, namespace: Json, request: Json, origin: str, notes: list[str]) -> None:
        self.namespace, self.origin, self.notes = namespace, origin, list(notes)
        self.qualname: str = request["qualname"]
        known = request.get("arguments", {})
        self.given: Json = dict(known.get("given", {}))
        for name, text in known.get("expressions", {}).items():
            self.given[name] = eval(text, namespace)  # what the user wrote, in the module it is meant for
        self.guesses: Json = known.get("guesses", {})
        self.bare = ""

    def resolve(self) -> Found:
        """The callable; instances and factories get arguments."""
        first, *rest = parts = self.qualname.split(".")
        if first not in self.namespace:
            raise Unsupported(f"{first} is not defined at the top of the module once it is imported")
        value, owner = self.namespace[first], None
        for before, name in zip(parts, rest):
            if name == "<locals>":
                continue
            if before == "<locals>":
                value = self._inner(value, name)
            elif inspect.isclass(value):
                static = inspect.getattr_static(value, name)
                owner = value if isinstance(static, (staticmethod, classmethod)) else self._instance(value)
                value = getattr(owner, name)
            else:
                value = getattr(value, name)
        if inspect.isclass(value):
            value = owner = self._instance(value)
        if not callable(value):
            raise Unsupported(f"{self.qualname} is a {type(value).__name__}, not a function")
        if not self.bare:
            return Found(value, self.origin, self.notes, owner)
        return Found(value, f"{self.origin}, bare", [*self.notes, self.bare], owner, self.bare)

    def _arguments(self, function: Loss, what: str) -> Json:
        """Values for the parameters without defaults, by name. Raises Unsupported."""
        try:
            parameters = inspect.signature(function).parameters.values()
        except (TypeError, ValueError):
            return {}
        chosen = {}
        for p in parameters:
            if p.kind in (p.VAR_POSITIONAL, p.VAR_KEYWORD):
                continue
            if p.name in self.given:
                chosen[p.name] = self.given[p.name]
            elif p.default is p.empty:
                if (name := self._like(p.name)) is None:
                    raise Unsupported(
                        f"{what} needs an argument {p.name}, which no default gives; "
                        f'give it with --arguments "{p.name}=…" or under confirm.arguments in the configuration'
                    )
                chosen[p.name] = self.guesses[name]
        return chosen

    def _like(self, name: str) -> str | None:
        """The name in the table of guesses that this one ends in: ``min_margin`` is a ``margin``."""
        words = name.strip("_").split("_")
        return next((end for i in range(len(words)) if (end := "_".join(words[i:])) in self.guesses), None)

    def _instance(self, cls: type) -> Any:
        """An instance made with defaults and guesses; if that is impossible, one whose constructor never ran.

        Of an abstract class it is an instance of the first subclass of the project that has everything.
        """
        if inspect.isabstract(cls):
            return self._concrete(cls)
        try:
            return cls(**self._arguments(cls, cls.__name__))
        except Exception as error:
            if self.given:
                raise
            with contextlib.suppress(
                Exception
            ):  # a default that this version of Keras does not know any more
                return cls(**self._arguments(cls, cls.__name__), reduction="none")
            if _is_layer(cls):  # without its constructor a layer is nothing at all
                raise
            return self._bare(cls, one_line(error))

    def _concrete(self, cls: type) -> Any:
        problem = f"{cls.__name__} is abstract, and nothing in its project makes it concrete"
        for candidate in _subclasses(cls):
            if not inspect.isabstract(candidate):
                try:
                    instance = candidate(**self._arguments(candidate, candidate.__name__))
                except Exception as error:
                    problem = f"{cls.__name__} is abstract, and {candidate.__name__}: {one_line(error)}"
                    continue
                self.notes.append(f"{cls.__name__} is abstract: an instance of {candidate.__name__} was run")
                return instance
        raise Unsupported(problem)

    def _bare(self, cls: type, problem: str) -> Any:
        """An instance with the constructor's defaults and the guesses as attributes.

        That is enough for a method that uses ``self.alpha``.
        """
        bare: Any = object.__new__(cls)
        attributes = dict(self.guesses)
        for p in inspect.signature(cls).parameters.values():
            if p.default is not p.empty:
                attributes[p.name] = p.default
            elif (name := self._like(p.name)) is not None:
                attributes[p.name] = self.guesses[name]
        vars(bare).update({k: v for k, v in attributes.items() if not hasattr(cls, k)})
        self.bare = f"{cls.__name__} was made without its constructor: {problem}"
        return bare

    def _inner(self, factory: Any, name: str) -> Any:
        """The function ``name`` that ``factory`` defines: read from its frame as it returns."""
        arguments = self._arguments(factory, getattr(factory, "__name__", "the factory"))
        code = getattr(inspect.unwrap(factory), "__code__", None)
        found: Json = {}

        def watch(frame: types.FrameType, event: str, argument: Any) -> None:
            if event == "return" and frame.f_code is code:
                found.update(frame.f_locals)

        before = sys.getprofile()
        sys.setprofile(watch)
        try:
            result = factory(**arguments)
        finally:
            sys.setprofile(before)
        if callable(found.get(name)):
            return found[name]
        if callable(result):
            return result
        raise Unsupported(f"{factory.__name__} does not define {name} when it is called with its defaults")


def _is_layer(cls: type) -> bool:
    return any(
        c.__name__ in ("Layer", "Model") and c.__module__.partition(".")[0] in ("keras", "tf_keras")
        for c in cls.__mro__
    )


def _subclasses(cls: type) -> Iterator[type]:
    """Subclasses, those of the same module first, near ones before far ones."""
    near: list[type] = sorted(cls.__subclasses__(), key=lambda c: c.__module__ != cls.__module__)
    yield from near
    for one in near:
        yield from _subclasses(one)
