"""The results that are kept: which of them still hold, and those that come to it."""

from __future__ import annotations

import os
from dataclasses import replace
from typing import TYPE_CHECKING

from losslint.cache.directory import CacheDirectory
from losslint.cache.disk import Disk
from losslint.cache.fingerprint import fingerprint
from losslint.cache.shard import Entry, Malformed, Module, Shard, Unkeepable
from losslint.result import FileResult
from losslint.run import Checked, Task
from losslint.source.witness import Seen, Trace, digest

if TYPE_CHECKING:
    from losslint.config import Settings
    from losslint.source.places import Surroundings

UNWRITABLE = frozenset("\t\n\r\0")
"""No field of a shard holds these."""


class Kept:
    """The results of earlier runs, and of this one."""

    def __init__(self, directory: CacheDirectory) -> None:
        self._directory = directory
        self._base = os.path.join(os.path.dirname(os.path.abspath(directory.path)), "")
        self._fingerprint = fingerprint(directory)
        self._disk = Disk()
        self._keys: dict[int, tuple[Settings, str]] = {}
        self._places: dict[tuple[str, int], _Place] = {}
        self._shards: dict[str, _Place] = {}
        self._roots: dict[tuple[str, ...], str] = {}

    def known(self, task: Task) -> Checked | None:
        """The result of a task, if it would be the same again."""
        if task.data is not None or task.modules is not None:
            return None
        shown, name = _split(task.path)
        place = self._place(shown, task.settings)
        try:
            entry = place.shard.get(name)
            if entry is None or (entry.said and not _serves(entry, task)):
                return None
            if task.listed and entry.losses and not entry.found:  # they were only counted
                return None
            path = place.inside + name
            now = self._disk.stamp(path)
            if not now or now != entry.stamp:
                now = self._unchanged(path, entry.stamp, entry.digest)
            if now is None or (
                entry.modules and not all(self._holds(place, number) for number in entry.modules)
            ):
                return None
            if now and now != entry.stamp:
                entry = entry._replace(stamp=now)
                place.shard.put(name, entry)
            return self._checked(task, place, path, entry)
        except Malformed:
            place.shard.drop(name)
            return None

    def keep(self, task: Task, checked: Checked) -> None:
        """Remember the result of a task, if it can be known later that it still holds."""
        trace = checked.trace
        if trace is None or not _is_final(checked, task):
            return
        result = checked.result
        shown, file = _split(task.path)
        place = self._place(shown, task.settings)
        try:
            entry = Entry(
                trace.file.stamp,
                trace.file.digest,
                task.mending is not None,
                checked.skipped or "",
                len(result.losses),
                tuple(self._number(place, name, seen) for name, seen in sorted(trace.modules.items())),
                _said(checked),
                _found(result) if task.listed else b"",
            )
        except Unkeepable:
            return
        place.shard.put(file, entry)

    def save(self) -> None:
        """Write what is new, and forget files that are gone."""
        written = False
        for name, place in self._shards.items():
            if not place.shard.changed:
                continue
            try:
                there = set(os.listdir(place.folder))
                for file in [file for file in place.shard.names() if file not in there]:
                    place.shard.drop(file)
                data = place.shard.serialised()
            except (OSError, Malformed, UnicodeError):
                continue
            written = self._directory.write(name, data) or written
        if written:
            self._directory.sweep()

    # -- where things are -----------------------------------------------------------------------------------------

    def _place(self, shown: str, settings: Settings) -> _Place:
        """The directory of a file. ``shown`` is what its path begins with."""
        known = self._places.get((shown, id(settings)))
        if known is None:
            folder = os.path.abspath(shown)
            text = f"{self._key(settings)}\n{self._relative(folder)}"
            name = digest(text.encode("utf-8", "surrogateescape"))
            known = self._places[shown, id(settings)] = self._shards.get(name) or self._read(name, folder)
            self._shards[name] = known
        return known

    def _read(self, name: str, folder: str) -> _Place:
        around = self._disk.around(folder)
        text = self._surroundings(around)
        try:
            data = self._directory.read(name)
            shard = Shard.parse(data) if data is not None else Shard(text)
        except Malformed:
            shard = Shard(text)
        return _Place(folder, around.roots, shard if shard.around == text else Shard(text))

    def _surroundings(self, around: Surroundings) -> str:
        roots = self._roots.get(around.roots)
        if roots is None:
            roots = self._roots[around.roots] = repr(tuple(map(self._relative, around.roots)))
        return f"({around.packages!r}, {roots})"

    def _key(self, settings: Settings) -> str:
        """What of the settings a result depends on."""
        if id(settings) not in self._keys:
            analysis = settings.analysis
            ignores = settings.origin_of("per-file-ignores")
            parts = (
                self._fingerprint,
                settings.selection,
                self._relative(ignores.base),
                ignores.values["per-file-ignores"],
                analysis._replace(ops=()),
                [self._disk.digest(str(table)) for table in analysis.ops],
            )
            self._keys[id(settings)] = settings, repr(parts)
        return self._keys[id(settings)][1]

    def _relative(self, path: str) -> str:
        """As seen from the directory that holds the cache, so that a project may move together with it."""
        inside = os.path.join(path, "").startswith(self._base)
        return os.path.join(os.curdir, path[len(self._base) :]) if inside else path

    def _absolute(self, path: str) -> str:
        return os.path.join(self._base, path[2:]) if path.startswith(os.path.join(os.curdir, "")) else path

    # -- what still holds -----------------------------------------------------------------------------------------

    def _holds(self, place: _Place, number: int) -> bool:
        """Whether a module is still where it was (or still nowhere), with the same content."""
        if number not in place.holds:
            module = place.shard.modules[number]
            found = self._disk.module(place.roots, module.name)
            place.holds[number] = self._is_same(place, number, module, found)
        return place.holds[number]

    def _is_same(self, place: _Place, number: int, module: Module, path: str | None) -> bool:
        seen = module.seen
        if seen is None or path is None:
            return seen is None and path is None
        if self._absolute(seen.path) != path:
            return False
        now = self._unchanged(path, seen.stamp, seen.digest)
        if now and now != seen.stamp:
            place.shard.modules[number] = Module(module.name, seen._replace(stamp=now))
            place.shard.changed = True
        return now is not None

    def _unchanged(self, path: str, stamped: str, content: str) -> str | None:
        """The stamp that a file has now if its content is the same, else None."""
        now = self._disk.stamp(path)
        if now is None or (now and now == stamped):
            return now
        return now if content and self._disk.digest(path) == content else None

    # -- between results and entries ------------------------------------------------------------------------------

    def _checked(self, task: Task, place: _Place, path: str, entry: Entry) -> Checked:
        result = FileResult(task.path)
        if not (entry.said or entry.losses or (task.mending is not None and task.mending.apply)):
            return Checked(result, (), entry.skipped or None)
        trace = None
        # Who writes files has to know what depends on them.
        if task.mending is not None and task.mending.apply:
            known = (place.shard.modules[number] for number in entry.modules)
            modules = {name: seen and seen._replace(path=self._absolute(seen.path)) for name, seen in known}
            trace = Trace(Seen(path, entry.stamp, entry.digest), modules)
        if task.listed and entry.losses:
            from losslint.cache.coding import decode_losses

            result = replace(result, losses=decode_losses(entry.found, task.path))
        unlisted = entry.losses - len(result.losses)
        checked = Checked(result, (), entry.skipped or None, trace=trace, unlisted=unlisted)
        if not entry.said:
            return checked
        from losslint.cache.coding import decode_said

        said = decode_said(entry.said, task.path)
        findings, withheld = said.findings, said.withheld
        if task.mending is None:  # they are there, and nobody asked for them
            findings, withheld = tuple(replace(finding, fix=None) for finding in findings), ()
        result = replace(result, findings=findings)
        return checked._replace(result=result, warnings=said.warnings, withheld=withheld)

    def _number(self, place: _Place, name: str, seen: Seen | None) -> int:
        if seen is not None:
            if not (seen.stamp or seen.digest) or UNWRITABLE.intersection(seen.path):
                raise Unkeepable("a module that could not be read")
            seen = seen._replace(path=self._relative(seen.path))
        if UNWRITABLE.intersection(name):
            raise Unkeepable("a name that is none")
        module = Module(name, seen)
        if not place.numbers:
            place.numbers = {known: number for number, known in enumerate(place.shard.modules)}
        if module not in place.numbers:
            place.numbers[module] = len(place.shard.modules)
            place.shard.modules.append(module)
        return place.numbers[module]


class _Place:
    """A directory of files, and what is kept of them. ``inside`` is what the paths in it begin with."""

    __slots__ = ("folder", "holds", "inside", "numbers", "roots", "shard")

    def __init__(self, folder: str, roots: tuple[str, ...], shard: Shard) -> None:
        self.folder = folder
        self.inside = os.path.join(folder, "")
        self.roots = roots
        self.shard = shard
        self.holds: dict[int, bool] = {}
        self.numbers: dict[Module, int] = {}


def _split(path: str) -> tuple[str, str]:
    """What a normalised path begins with up to its last separator, and the name behind it."""
    at = path.rfind(os.sep) + 1
    return path[:at], path[at:]


def _said(checked: Checked) -> bytes:
    result = checked.result
    if not (result.findings or checked.warnings or checked.withheld):
        return b""
    from losslint.cache.coding import Said, encode_said

    return encode_said(Said(result.findings, checked.warnings, checked.withheld), result.path)


def _found(result: FileResult) -> bytes:
    if not result.losses:
        return b""
    from losslint.cache.coding import encode_losses

    return encode_losses(result.losses, result.path)


def _serves(entry: Entry, task: Task) -> bool:
    """Whether a result with something to say is what a task asks for: only a run itself mends and measures."""
    mending = task.mending
    return mending is None or (entry.with_fixes and not mending.apply and mending.measure is None)


def _is_final(checked: Checked, task: Task) -> bool:
    """Whether a result would be the same in the next run."""
    if checked.result.error is not None or checked.traceback is not None or checked.change is not None:
        return False
    if UNWRITABLE.intersection(os.path.basename(task.path)):
        return False
    mending = task.mending
    ran = mending is not None and (mending.apply or mending.measure is not None)
    return not (ran and checked.result.findings)
