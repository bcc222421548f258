"""``check --watch``: the check again whenever something that it reads has changed.

Each check is a process of its own, the same command without ``--watch``: nothing that was read before can be
taken for what is there now. This process only waits, and imports no analysis.
"""

from __future__ import annotations

import os
import subprocess
import sys
import threading
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import field
from queue import Empty, SimpleQueue

from losslint.config import FILE_NAMES, ConfigError, Configuration, command_line
from losslint.frozen import dataclass
from losslint.source.discovery import DEFAULT_EXCLUDES, SUFFIXES
from losslint.source.ignorefiles import NAME as GITIGNORE

INTERRUPTED = 130
SETTLED_MS = 100
"""A burst of changes is over when nothing has come for this long."""
LONGEST_BURST_MS = 1000

_CLEAR = "\x1b[H\x1b[2J\x1b[3J"
_CHILD = "import sys; sys.path[:] = {path!r}; from losslint.__main__ import main; main()"
"""The child imports from where this process does, and not from the working directory."""
_SETTINGS = frozenset((*FILE_NAMES, GITIGNORE))


class NoWatcher(Exception):
    """The package that watches files is not installed; one line that says how to get it."""

    def __init__(self) -> None:
        super().__init__("--watch needs the package watchfiles: pip install 'losslint-code[watch]'")


@dataclass(frozen=True, slots=True)
class Watched:
    """What can change the outcome, as absolute paths.

    ``trees`` are directories with all below them, ``folders`` directories of which only the entries are
    watched. ``files`` matter wherever they are.
    """

    trees: frozenset[str]
    folders: frozenset[str]
    files: frozenset[str]

    def matters(self, path: str, *, gone: bool) -> bool:
        """Whether a change of this path can change what is found. ``gone``: there is nothing there any more."""
        if path in self.files:
            return True
        tree = next((tree for tree in self.trees if path.startswith(os.path.join(tree, ""))), None)
        if tree is not None and not _EXCLUDED.isdisjoint(os.path.relpath(path, tree).split(os.sep)):
            return False  # a cache has a .gitignore of its own
        if tree is None or os.path.basename(path) in _SETTINGS:
            return os.path.basename(path) in _SETTINGS
        # Directories come and go as a whole; of one that has gone only the name is left to tell it by.
        return path.endswith(SUFFIXES) or os.path.isdir(path) or (gone and "." not in os.path.basename(path))

    def is_read(self, path: str) -> bool:
        """Whether it is a file that a check may read, as its name goes."""
        return path in self.files or path.endswith(SUFFIXES) or os.path.basename(path) in _SETTINGS


_EXCLUDED = frozenset(DEFAULT_EXCLUDES)


def watched(paths: Sequence[str], configuration: Configuration) -> Watched:
    """What a check of these paths reads: them, and the configuration from their directories upwards."""
    named = [os.path.abspath(path) for path in paths or (os.curdir,)]
    trees = frozenset(path for path in named if os.path.isdir(path))
    files = frozenset(named) - trees
    homes = {path if path in trees else os.path.dirname(path) for path in named} | {os.getcwd()}
    files |= {os.path.abspath(file) for home in homes for file in _configured(home, configuration)}
    folders = {folder for home in (*homes, *map(os.path.dirname, files)) for folder in _upwards(home)}
    return Watched(trees, frozenset(folder for folder in folders if os.path.isdir(folder)) - trees, files)


def _configured(directory: str, configuration: Configuration) -> Iterator[str]:
    """The files that configure a directory, and those that they name."""
    try:
        layers = configuration.for_directory(directory).layers
    except ConfigError as error:
        yield error.path
        return
    for layer in layers:
        yield os.path.join(layer.base, os.path.basename(layer.origin))
        named = (*layer.values.get("ops", ()), layer.values.get("baseline"))
        yield from (os.path.join(layer.base, file) for file in named if file)


def _upwards(folder: str) -> Iterator[str]:
    yield folder
    while (parent := os.path.dirname(folder)) != folder:
        folder = parent
        yield folder


class Watcher:
    """Collects changes in threads of its own. Raises NoWatcher where the package for it is missing."""

    def __init__(self, what: Watched) -> None:
        try:
            import watchfiles
        except ImportError:
            raise NoWatcher from None
        self.what = what
        self._changes: SimpleQueue[frozenset[str] | Exception] = SimpleQueue()
        self._stop = threading.Event()
        for recursive, folders in ((True, what.trees), (False, what.folders)):
            if folders:
                changes = watchfiles.watch(
                    *sorted(folders),
                    watch_filter=lambda change, path: what.matters(
                        path, gone=change is watchfiles.Change.deleted
                    ),
                    debounce=LONGEST_BURST_MS,
                    step=SETTLED_MS,
                    stop_event=self._stop,
                    raise_interrupt=False,
                    recursive=recursive,
                    ignore_permission_denied=True,
                )
                threading.Thread(target=self._collect, args=(changes,), daemon=True).start()

    def _collect(self, changes: Iterable[set[tuple[object, str]]]) -> None:
        try:
            for burst in changes:
                self._changes.put(frozenset(path for _, path in burst))
        except Exception as error:  # it is raised where somebody waits
            self._changes.put(error)

    def wait(self) -> frozenset[str]:
        """The paths that have changed, as soon as some have. Raises what went wrong with watching."""
        while True:
            try:
                change = self._changes.get(timeout=1)  # on some systems only this lets Ctrl-C through
            except Empty:
                continue
            if isinstance(change, Exception):
                raise change
            return change

    def close(self) -> None:
        """Stop watching."""
        self._stop.set()


@dataclass
class Watch:
    """A check that is made over and over.

    ``arguments`` are those of the command line without ``--watch``; ``configuration`` reads it anew.
    """

    arguments: Sequence[str]
    paths: Sequence[str]
    configuration: Callable[[], Configuration]
    say: Callable[[str], None]
    status: int = field(default=INTERRUPTED, init=False)

    def run(self) -> int:
        """Check until Ctrl-C; the exit status is that of the last check. Raises NoWatcher, OSError."""
        watcher = Watcher(self._watched())
        try:
            while True:
                self.status = self._check()
                now = self._watched()
                if now != watcher.what:
                    watcher.close()
                    watcher = Watcher(now)
                self.say(f"watching {', '.join(self.paths) or os.curdir}; Ctrl-C ends")
                changed = watcher.wait()
                self._clear()
                # Editors make files beside the one they save; they are told only if nothing else has changed.
                self.say(f"changed: {_listed([*filter(watcher.what.is_read, changed)] or changed)}")
        except KeyboardInterrupt:
            return self.status
        finally:
            watcher.close()

    def _check(self) -> int:
        code = _CHILD.format(path=sys.path)
        child = subprocess.Popen([sys.executable, "-c", code, *self.arguments], stdin=subprocess.DEVNULL)
        try:
            return child.wait()
        except KeyboardInterrupt:
            # A terminal interrupts both; whoever interrupts this process alone means the other as well.
            child.terminate()
            child.wait()
            raise

    def _watched(self) -> Watched:
        try:
            return watched(self.paths, self.configuration())
        except ConfigError as error:  # an option or a file given with --config; the check has told it
            given = frozenset([os.path.abspath(error.path)])
            what = watched(self.paths, Configuration(command_line({}), isolated=True))
            return Watched(what.trees, what.folders, what.files | given)

    def _clear(self) -> None:
        if sys.stdout.isatty():
            sys.stdout.write(_CLEAR)
            sys.stdout.flush()


def _listed(paths: Iterable[str], most: int = 3) -> str:
    shown = sorted(os.path.relpath(path) for path in paths)
    more = f" and {len(shown) - most} more" if len(shown) > most else ""
    return ", ".join(shown[:most]) + more
