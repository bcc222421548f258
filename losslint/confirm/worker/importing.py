"""From a file to the namespace that holds the loss, with as little taken away from it as possible.

module                   the file is imported as the module it is part of, its roots in front of sys.path
module, with stand-ins   the same, but packages that are missing are stood in for, and other modules of
                         the project may fail half-way: a package's ``__init__`` that starts training
slice                    the function, what it refers to in its module, and its imports, run by themselves
"""

from __future__ import annotations

import contextlib
import filecmp
import importlib
import importlib.abc
import importlib.machinery
import importlib.util
import linecache
import os
import signal
import sys
import types
from typing import TYPE_CHECKING, Any

from .absent import Absent, AbsentModule, StandIns, importing_frame, is_guarded
from .errors import ImportTooSlow, Unsupported, one_line

if TYPE_CHECKING:
    from collections.abc import Iterator

    from .wire import Json


STAND_INS = "module, with stand-ins"


class Loaded:
    """A namespace, where it came from, and what is not as it stands in the project."""

    def __init__(self, namespace: Json, origin: str, notes: list[str]) -> None:
        self.namespace, self.origin, self.notes = namespace, origin, notes


class Importer:
    """Loads files and remembers how; one for all losses of a worker."""

    def __init__(self) -> None:
        self.roots: list[str] = []
        self.loaded: dict[str, Loaded] = {}
        self.policies: dict[str, dict[str, str]] = {}
        """What the modules of these files have told Keras about types."""
        self._lenient: dict[
            str, list[str]
        ] = {}  # modules that came along with stand-ins, and the notes on them
        self._serial = 0

    def turn_to(self, roots: list[str]) -> None:
        """Forgets the modules of other roots, so that two projects may use the same names."""
        if roots == self.roots:
            return
        places = _places(self.roots)
        for name, module in list(sys.modules.items()):
            file = getattr(module, "__file__", None) or ""
            if (
                name != "__main__"
                and "site-packages" not in file
                and os.path.realpath(file).startswith(places)
            ):
                del sys.modules[name]
        sys.path[:] = [entry for entry in sys.path if entry not in self.roots]
        self.loaded.clear()
        self.policies.clear()
        self._lenient.clear()
        self.roots = roots

    def module(self, request: Json) -> Loaded:
        """The module of a request's file. Raises what importing it raises, without and with stand-ins."""
        path = os.path.realpath(request["path"])
        if path not in self.loaded:
            with _alarm(request.get("import_seconds")):
                try:
                    self.loaded[path] = self._as_it_is(path, request)
                except (Exception, SystemExit) as error:
                    self.loaded[path] = self._with_stand_ins(path, request, one_line(error))
        return self.loaded[path]

    def _as_it_is(self, path: str, request: Json) -> Loaded:
        module = _import(path, request)
        notes = self._lenient.get(module.__name__)
        return Loaded(vars(module), "module" if notes is None else STAND_INS, notes or [])

    def _with_stand_ins(self, path: str, request: Json, problem: str) -> Loaded:
        before = set(sys.modules)
        with _lenient(_places(request["roots"]), path) as (stand_ins, half_way):
            namespace = vars(_import(path, request))
        notes = [f"imported without {name}, which is not installed" for name in stand_ins.packages]
        notes += [f"{name} could not be imported to its end: {why}" for name, why in half_way.items()]
        notes = notes or [problem]
        self._lenient.update(dict.fromkeys(set(sys.modules) - before, notes))
        return Loaded(namespace, STAND_INS, notes)

    def slice(self, request: Json) -> Loaded:
        """The slice of a request, executed; its imports may fail."""
        with _lenient(_places(request["roots"]), ""):
            namespace = self.execute(request["slice"], None, {"__absent__": _absent})
        return Loaded(namespace, "slice", [])

    def execute(self, source: str, path: str | None, more: Json | None = None) -> Json:
        """Runs a source text as a module of its own; its lines stay known, because autograph reads them."""
        self._serial += 1
        name = f"losslint_source_{self._serial}"
        path = path or f"{name}.py"
        module = types.ModuleType(name)
        module.__file__ = path
        vars(module).update(more or {}, __loader__=_Text(source))
        linecache.cache[path] = (len(source), None, source.splitlines(True), path)
        sys.modules[name] = module
        exec(compile(source, path, "exec"), vars(module))
        return vars(module)


class _Text:
    """As much of a loader as ``linecache`` asks for, whose records autograph throws away."""

    def __init__(self, source: str) -> None:
        self.source = source

    def get_source(self, name: str) -> str:
        return self.source


def _absent(namespace: Json, name: str, source: str) -> None:
    """What a slice does when an import of its fails: another import may have bound the name."""
    namespace.setdefault(name, Absent(source))


def _places(roots: list[str]) -> tuple[str, ...]:
    return tuple(os.path.join(os.path.realpath(root), "") for root in roots)


def _import(path: str, request: Json) -> types.ModuleType:
    """Imports the file as the module it is part of, with its roots in front of ``sys.path``."""
    name, roots = request["module"], request["roots"]
    sys.path[:0] = [root for root in roots if root not in sys.path]
    loaded = sys.modules.get(name)
    if loaded is not None and os.path.realpath(getattr(loaded, "__file__", None) or "") == path:
        return loaded
    if "." in name:
        module = importlib.import_module(name)
        if not _same_file(module, path):
            raise Unsupported(f"{name} is imported from another place than {path}")
        return module
    if loaded is not None:
        name = "losslint_" + name
    spec = importlib.util.spec_from_file_location(name, path)
    if spec is None or spec.loader is None:
        raise Unsupported(f"{path} cannot be imported as a module")
    module = importlib.util.module_from_spec(spec)
    sys.modules[name] = module
    try:
        spec.loader.exec_module(module)
    except BaseException:
        del sys.modules[name]
        raise
    return module


def _same_file(module: types.ModuleType, path: str) -> bool:
    """Whether the module is this file, or an installed copy of it (the framework's own sources)."""
    file = getattr(module, "__file__", None) or ""
    return os.path.realpath(file) == path or (os.path.isfile(file) and filecmp.cmp(file, path, shallow=False))


class _HalfWay(importlib.abc.MetaPathFinder):
    """Finds the project's own modules, other than the wanted one, and lets them fail while they are executed."""

    def __init__(self, places: tuple[str, ...], wanted: str) -> None:
        self.places, self.wanted = places, wanted
        self.failed: dict[str, str] = {}

    def find_spec(self, name: str, path: Any = None, target: Any = None) -> Any:
        spec = importlib.machinery.PathFinder.find_spec(name, path)
        origin = os.path.realpath(spec.origin) if spec is not None and spec.origin else ""
        if not origin.startswith(self.places) or origin == self.wanted or "site-packages" in origin:
            return None
        frame = importing_frame()
        if frame is not None and is_guarded(frame) and not _is_slice(frame):
            return None
        assert spec is not None and spec.loader is not None
        spec.loader = _Forgiving(spec.loader, self.failed)
        return spec


def _is_slice(frame: types.FrameType) -> bool:
    return frame.f_code.co_filename.startswith("losslint_source_")


class _Forgiving(importlib.abc.Loader):
    """Executes a module as far as it goes."""

    def __init__(self, loader: Any, failed: dict[str, str]) -> None:
        self.loader, self.failed = loader, failed

    def __getattr__(self, name: str) -> Any:
        return getattr(self.loader, name)

    def create_module(self, spec: Any) -> Any:
        return self.loader.create_module(spec)

    def exec_module(self, module: types.ModuleType) -> None:
        try:
            self.loader.exec_module(module)
        except (Exception, SystemExit) as error:
            self.failed[module.__name__] = one_line(error)


@contextlib.contextmanager
def _lenient(places: tuple[str, ...], wanted: str) -> Iterator[tuple[StandIns, dict[str, str]]]:
    """Imports succeed that would not; the stand-ins are gone from ``sys.modules`` afterwards."""
    stand_ins, half_way = StandIns(places), _HalfWay(places, wanted)
    sys.meta_path.insert(0, half_way)
    sys.meta_path.append(stand_ins)
    Absent.lenient = True
    try:
        yield stand_ins, half_way.failed
    finally:
        Absent.lenient = False
        for finder in (half_way, stand_ins):
            with contextlib.suppress(ValueError):  # the module may have changed the list as well
                sys.meta_path.remove(finder)
        for name, module in list(sys.modules.items()):
            if isinstance(module, AbsentModule):
                del sys.modules[name]


@contextlib.contextmanager
def _alarm(seconds: float | None) -> Iterator[None]:
    if not seconds or not hasattr(signal, "setitimer"):
        yield
        return

    def ring(signum: int, frame: Any) -> None:
        raise ImportTooSlow(f"importing the module took more than {seconds:.0f} s")

    before = signal.signal(signal.SIGALRM, ring)
    signal.setitimer(signal.ITIMER_REAL, seconds)
    try:
        yield
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0)
        signal.signal(signal.SIGALRM, before)
