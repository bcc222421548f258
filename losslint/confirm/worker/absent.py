"""What stands in for a package that is not installed, so that the module which imports it can be had.

A module that trains with one package, logs with a second and registers with a third still defines its losses
without them. A stand-in lets itself be imported, named, inherited from and used as a decorator; whoever
*computes* with it is told what is missing. So a loss is either run as it is written or not at all.
"""

from __future__ import annotations

import ast
import functools
import importlib.abc
import importlib.machinery
import inspect
import linecache
import sys
import types
from typing import TYPE_CHECKING, Any

from .errors import Unsupported

if TYPE_CHECKING:
    from collections.abc import Sequence

CATCHING = {"ImportError", "ModuleNotFoundError", "Exception", "BaseException"}


class Absent:
    """Anything that a missing package would have given: ``scipy.special``, ``gin.configurable``."""

    lenient = False  # true while a module is imported

    def __init__(self, name: str) -> None:
        self._name = name

    def __repr__(self) -> str:
        return f"<{self._name}, which is not installed>"

    def __getattr__(self, name: str) -> Any:
        if name.startswith("__"):
            raise AttributeError(name)
        return Absent(f"{self._name}.{name}")

    def __mro_entries__(self, bases: tuple[Any, ...]) -> tuple[Any, ...]:
        return ()

    def __call__(self, *arguments: Any, **named: Any) -> Any:
        """While a module is imported: as a decorator nothing at all, else another stand-in."""
        frame = sys._getframe(1)
        if _is_within(frame, _decorators):
            decorated = arguments[0] if len(arguments) == 1 and not named else None
            return decorated if inspect.isroutine(decorated) or inspect.isclass(decorated) else self
        if not Absent.lenient:
            self._refuse()
        return Absent(f"{self._name}()")

    def __instancecheck__(self, instance: object) -> bool:
        return False

    def __subclasscheck__(self, cls: type) -> bool:
        return False

    def _same(self, *_: object) -> Absent:
        """In an annotation: ``Array["n 4"]``, ``Array | None``."""
        return self

    __getitem__ = __or__ = __ror__ = __class_getitem__ = _same

    def _refuse(self, *_: object, **__: object) -> Any:
        raise Unsupported(f"it needs {self._name}, which is not installed where it is run")

    __bool__ = __iter__ = __len__ = __float__ = __int__ = __index__ = __array__ = __contains__ = _refuse
    __add__ = __radd__ = __sub__ = __rsub__ = __mul__ = __rmul__ = __truediv__ = __rtruediv__ = _refuse
    __pow__ = __rpow__ = __neg__ = __matmul__ = __rmatmul__ = __lt__ = __le__ = __gt__ = __ge__ = _refuse
    __enter__ = __exit__ = __setitem__ = _refuse


class AbsentModule(types.ModuleType):
    """The module of that name; it has whatever is asked of it, and ``__all__`` of nothing."""

    __all__: Sequence[str] = ()

    def __getattr__(self, name: str) -> Any:
        if name.startswith("__"):
            raise AttributeError(name)
        return Absent(f"{self.__name__}.{name}")


class StandIns(importlib.abc.MetaPathFinder, importlib.abc.Loader):
    """Finds, last of all, what nobody else has; only for the files in ``places``, and only if they insist.

    An import inside ``try … except ImportError`` has an answer of its own to a missing package.
    """

    def __init__(self, places: tuple[str, ...]) -> None:
        self.places = places
        self.names: list[str] = []

    def find_spec(self, name: str, path: Any = None, target: Any = None) -> Any:
        frame = importing_frame()
        file = frame.f_code.co_filename if frame is not None else ""
        if frame is None or not file.startswith(self.places) or "site-packages" in file or is_guarded(frame):
            return None
        return importlib.machinery.ModuleSpec(name, self, is_package=True)

    def create_module(self, spec: Any) -> types.ModuleType:
        return AbsentModule(spec.name)

    def exec_module(self, module: types.ModuleType) -> None:
        self.names.append(module.__name__)

    @property
    def packages(self) -> list[str]:
        """The missing packages, each once."""
        return list(dict.fromkeys(name.partition(".")[0] for name in self.names))


def importing_frame() -> types.FrameType | None:
    """The frame of the import statement that asks a finder just now; None if somebody only looks what is there."""
    frame: types.FrameType | None = sys._getframe(2)
    while frame is not None:
        if frame.f_code.co_name == "find_spec" and frame.f_globals.get("__name__") == "importlib.util":
            return None
        if "importlib" not in frame.f_code.co_filename:
            return frame
        frame = frame.f_back
    return None


def is_guarded(frame: types.FrameType) -> bool:
    """Whether the line that a frame is at stands in a ``try`` that catches a failing import."""
    return _is_within(frame, _guards)


def _is_within(frame: types.FrameType, ranges_in: Any) -> bool:
    ranges = ranges_in("".join(linecache.getlines(frame.f_code.co_filename, frame.f_globals)))
    return any(first <= frame.f_lineno <= last for first, last in ranges)


@functools.lru_cache(maxsize=64)
def _guards(source: str) -> list[tuple[int, int]]:
    """The lines of every ``try`` body whose handlers catch an ImportError."""
    tries = [
        node for node in _nodes(source) if isinstance(node, ast.Try) and any(map(_catches, node.handlers))
    ]
    return [(node.body[0].lineno, node.body[-1].end_lineno or 0) for node in tries]


def _catches(handler: ast.ExceptHandler) -> bool:
    kinds = handler.type.elts if isinstance(handler.type, ast.Tuple) else [handler.type]
    return any(kind is None or getattr(kind, "id", getattr(kind, "attr", "")) in CATCHING for kind in kinds)


@functools.lru_cache(maxsize=64)
def _decorators(source: str) -> list[tuple[int, int]]:
    """The lines of every decorator, and before Python 3.11 of what it decorates: there it is called at that line."""
    found = [(node, one) for node in _nodes(source) for one in getattr(node, "decorator_list", ())]
    lines = [(one.lineno, one.end_lineno or 0) for _, one in found]
    if sys.version_info < (3, 11):
        lines += [(node.lineno, node.lineno) for node, _ in found if isinstance(node, ast.stmt)]
    return lines


def _nodes(source: str) -> list[ast.AST]:
    try:
        return list(ast.walk(ast.parse(source)))
    except (SyntaxError, ValueError):
        return []
