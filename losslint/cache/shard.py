r"""The file that keeps the results of one directory: a table of lines, and behind it what was said of each file.

::

    losslint 1 <checksum of the rest>
    <surroundings of the directory>
    M <name> <path> <stamp> <digest>                        a module that some file asked for, by number
    F <name> <stamp> <digest> <skipped>                     a file of which there is nothing to say
    F <name> <stamp> <digest> <skipped> <flags> <losses> <modules> <start> <middle> <end>
                                                            (an empty line)
    <what is said of the files: findings, warnings; then losses>

Fields are separated by tabs. Most files have nothing to say, so that a run over a whole tree only splits lines;
the rest is decoded where it is wanted.
"""

from __future__ import annotations

import zlib
from collections.abc import Iterable
from typing import NamedTuple

from losslint.source.witness import Seen

MAGIC = b"losslint 1 "
QUIET = 5
"""So many fields has a file of which there is nothing to say."""


class Module(NamedTuple):
    """A module that was asked for; ``seen`` is None for one that is not there."""

    name: str
    seen: Seen | None


class Entry(NamedTuple):
    """What is kept of one file.

    ``said`` are findings and warnings as JSON, empty if there are none; ``losses`` is their number, ``found`` are
    they themselves as JSON. ``with_fixes``: fixes were looked for. ``modules`` are numbers in the shard's table.
    """

    stamp: str
    digest: str
    with_fixes: bool
    skipped: str
    losses: int
    modules: tuple[int, ...]
    said: bytes
    found: bytes


class Malformed(ValueError):
    """Not a file that losslint has written."""


class Unkeepable(ValueError):
    """Something that would not come back as it was."""


class Shard:
    """The results of one directory, by file name. Entries are taken apart when they are asked for."""

    def __init__(self, around: str) -> None:
        self.around = around
        self.modules: list[Module] = []
        self.changed = False
        self._entries: dict[str, Entry] = {}
        self._lines: dict[str, list[str]] = {}
        self._body = b""

    @classmethod
    def parse(cls, data: bytes) -> Shard:
        """Read a file's content. Raises Malformed."""
        head, _, rest = data.partition(b"\n")
        if not head.startswith(MAGIC) or head[len(MAGIC) :] != _checksum(rest):
            raise Malformed("not written by this version, or damaged")
        table, _, body = rest.partition(b"\n\n")
        try:
            around, *lines = table.decode("utf-8", "surrogateescape").split("\n")
            shard = cls(around)
            for line in lines:
                fields = line.split("\t")
                if fields[0] == "M":
                    _, name, path, stamp, digest = fields
                    shard.modules.append(Module(name, Seen(path, stamp, digest) if path else None))
                else:
                    shard._lines[fields[1]] = fields
        except (ValueError, IndexError) as error:
            raise Malformed(str(error)) from None
        shard._body = body
        return shard

    def names(self) -> Iterable[str]:
        """The files that something is kept of."""
        return {**self._lines, **self._entries}

    def get(self, name: str) -> Entry | None:
        """What is kept of a file. Raises Malformed."""
        entry = self._entries.get(name)
        if entry is None and (line := self._lines.get(name)) is not None:
            entry = self._entries[name] = self._entry(line)
        return entry

    def _entry(self, fields: list[str]) -> Entry:
        try:
            if len(fields) == QUIET:
                _, _, stamp, digest, skipped = fields
                return Entry(stamp, digest, False, skipped, 0, (), b"", b"")
            _, _, stamp, digest, skipped, flags, losses, modules, *places = fields
            start, middle, end = map(int, places)
            numbers = tuple(map(int, modules.split(","))) if modules else ()
            if not (0 <= start <= middle <= end <= len(self._body)) or not all(
                0 <= number < len(self.modules) for number in numbers
            ):
                raise Malformed("out of range")
            body = self._body
            said, found = body[start:middle], body[middle:end]
            return Entry(stamp, digest, flags == "f", skipped, int(losses), numbers, said, found)
        except ValueError as error:
            raise Malformed(str(error)) from None

    def put(self, name: str, entry: Entry) -> None:
        """Keep something of a file in place of what was kept."""
        self._entries[name] = entry
        self.changed = True

    def drop(self, name: str) -> None:
        """Forget a file."""
        self._lines.pop(name, None)
        self._entries.pop(name, None)
        self.changed = True

    def serialised(self) -> bytes:
        """The content of the file that keeps this. Raises UnicodeError for what cannot be written."""
        modules: dict[int, int] = {}
        lines: list[str] = []
        pieces: list[bytes] = []
        at = 0
        for name in sorted(self.names()):
            entry = self.get(name)
            assert entry is not None
            numbers = ",".join(str(modules.setdefault(number, len(modules))) for number in entry.modules)
            fields = ["F", name, entry.stamp, entry.digest, entry.skipped]
            middle, end = at + len(entry.said), at + len(entry.said) + len(entry.found)
            if entry.losses or numbers or end > at:
                flags = "f" if entry.with_fixes else ""
                fields += (flags, str(entry.losses), numbers, str(at), str(middle), str(end))
            lines.append("\t".join(fields))
            pieces += (entry.said, entry.found)
            at = end
        table = [self.around]
        for number in modules:  # in the order of their new numbers
            name, seen = self.modules[number]
            table.append("\t".join(("M", name, *(seen or ("", "", "")))))
        text = "\n".join((*table, *lines)).encode("utf-8", "surrogateescape")
        rest = b"\n\n".join((text, b"".join(pieces)))
        return MAGIC + _checksum(rest) + b"\n" + rest


def _checksum(data: bytes) -> bytes:
    return b"%08x" % zlib.crc32(data)
