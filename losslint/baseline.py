"""Findings that are known and put up with: a file of them, and what a run finds besides.

Known findings are recognised by content (``identity``), each as often as it was recorded. What is recorded and
not found any more is stale.
"""

from __future__ import annotations

import json
import os
from collections import Counter, defaultdict
from collections.abc import Callable, Hashable, Iterable, Sequence
from dataclasses import replace
from functools import cache, lru_cache
from typing import Annotated

import msgspec

from losslint.config import ConfigError, Settings
from losslint.fix.write import NotWritten, write_file
from losslint.frozen import dataclass
from losslint.identity import Identity, Lines, identity
from losslint.model import Finding
from losslint.report.json_report import compact
from losslint.report.paths import project_path
from losslint.run import SYNTAX_ERROR, Run

VERSION = 1

Applies = Callable[[str, str], bool]
"""Whether a rule (its code) is on for a file (absolute path)."""


@dataclass(frozen=True, slots=True, order=True)
class Known:
    """A recorded finding: what it is, and in which file (relative to the baseline, with forward slashes)."""

    path: str
    identity: Identity


@dataclass(frozen=True, slots=True)
class Baseline:
    """What was recorded, and how often. ``file`` is as the user named it."""

    file: str
    findings: tuple[tuple[Known, int], ...] = ()

    @property
    def root(self) -> str:
        """The directory that its paths are relative to."""
        return os.path.dirname(os.path.realpath(self.file))

    def without_known(self, findings: Iterable[Finding], lines: Sequence[str]) -> tuple[Finding, ...]:
        """The findings of one file that were recorded nowhere: those that a fix may touch."""
        recorded = {known.identity for known, _ in self.findings}
        return tuple(finding for finding in findings if identity(finding, lines) not in recorded)


@dataclass(frozen=True, slots=True)
class Settled:
    """A run without the findings that are known, and what is recorded and not there any more."""

    run: Run
    stale: tuple[tuple[Known, int], ...]


_Round = tuple[Callable[[Known], Hashable], bool]
_ROUNDS: tuple[_Round, ...] = (
    (lambda known: known, False),
    (lambda known: known.identity, True),
    (lambda known: (known.path, known.identity.code, known.identity.words), True),
)
"""By what findings are recognised, the surest first: where they were; in a file that they were moved to; in a
loss that was renamed. In the later rounds only a finding that is gone from its place can be meant.
"""


def settled(finished: Run, baseline: Baseline, lines: Lines, applies: Applies) -> Settled:
    """Take the known findings out of a run.

    Stale is only what this run would have found: in files that it checked or that are gone, by rules that are on.
    """
    left = Counter(dict(baseline.findings))
    found = _found(finished, baseline, lines)
    is_over = _is_over(finished, baseline)
    unknown = list(range(len(found)))
    for key, is_gone in _ROUNDS:
        waiting: defaultdict[Hashable, list[Known]] = defaultdict(list)
        for known in left.elements():
            if not is_gone or is_over(known):
                waiting[key(known)].append(known)
        strangers = []
        for number in unknown:
            if meant := waiting.get(key(found[number])):
                left[meant.pop()] -= 1
            else:
                strangers.append(number)
        unknown = strangers
    run = replace(
        finished,
        findings=tuple(finished.findings[number] for number in unknown),
        known=len(found) - len(unknown),
    )
    stale = (
        (known, count)
        for known, count in sorted((+left).items())
        if is_over(known) and applies(known.identity.code, os.path.join(baseline.root, known.path))
    )
    return Settled(run, tuple(stale))


def new_in_file(
    path: str, findings: Sequence[Finding], lines: Sequence[str], settings: Settings
) -> tuple[Finding, ...]:
    """The findings of one file without those that the configured baseline holds. Raises ConfigError."""
    file = settings.baseline
    if file is None or not findings:
        return tuple(findings)
    run = Run(findings=tuple(findings), paths=(path,))
    return settled(run, current(file), lambda _: lines, lambda *_: True).run.findings


def current(file: str) -> Baseline:
    """The baseline as it is now, for processes that live on. Raises ConfigError."""
    try:
        status = os.stat(file)
        return _read_once(file, status.st_mtime_ns, status.st_size)
    except OSError:
        return read_baseline(file)


@lru_cache(maxsize=8)
def _read_once(file: str, _changed: int, _size: int) -> Baseline:
    return read_baseline(file)


def recorded(finished: Run, previous: Baseline, lines: Lines, applies: Applies) -> tuple[Baseline, int]:
    """Everything that was found, with what was recorded of files and rules that this run did not look at.

    Also how many recorded findings are dropped, because they are not there any more.
    """
    is_over = _is_over(finished, previous)
    unseen = {
        known: count
        for known, count in previous.findings
        if not (is_over(known) and applies(known.identity.code, os.path.join(previous.root, known.path)))
    }
    found = Counter(_found(finished, previous, lines))
    dropped = sum(count for _, count in settled(finished, previous, lines, applies).stale)
    return replace(previous, findings=tuple(sorted({**unseen, **found}.items()))), dropped


def _found(finished: Run, baseline: Baseline, lines: Lines) -> list[Known]:
    """The findings as they would be recorded."""
    found = []
    path, source = None, ()  # type: tuple[str | None, Sequence[str]]
    for finding in finished.findings:
        if finding.path != path:
            path, source = finding.path, lines(finding.path)
        found.append(Known(project_path(finding.path, baseline.root), identity(finding, source)))
    return found


def _is_over(finished: Run, baseline: Baseline) -> Callable[[Known], bool]:
    """Whether something that was recorded would have been found if it were still there."""
    broken = {finding.path for finding in finished.findings if finding.code == SYNTAX_ERROR}
    checked = {project_path(path, baseline.root) for path in finished.paths if path not in broken}

    @cache
    def is_gone(path: str) -> bool:
        return not os.path.exists(os.path.join(baseline.root, path))

    return lambda known: known.path in checked or is_gone(known.path)


class _Entry(msgspec.Struct):
    path: str
    code: str
    function: str
    source: str
    count: Annotated[int, msgspec.Meta(ge=1)] = 1


class _Document(msgspec.Struct):
    version: int
    findings: list[_Entry]


def read_baseline(file: str) -> Baseline:
    """The baseline in a file. Raises ConfigError."""
    try:
        with open(file, "rb") as source:
            document = json.loads(source.read().decode("utf-8"))
    except FileNotFoundError:
        raise ConfigError(file, "no such file; --write-baseline makes it") from None
    except OSError as error:
        raise ConfigError(file, f"cannot be read: {(error.strerror or str(error)).lower()}") from None
    except (ValueError, RecursionError) as error:
        raise ConfigError(file, f"not a baseline of losslint: not valid JSON: {error}") from None
    version = document.get("version") if isinstance(document, dict) else None
    if isinstance(version, int) and version > VERSION:
        raise ConfigError(file, f"made by a newer losslint (version {version} of the format)")
    try:
        entries = msgspec.convert(document, _Document).findings
    except msgspec.ValidationError as error:
        raise ConfigError(file, f"not a baseline of losslint: {error}") from None
    findings: Counter[Known] = Counter()
    for entry in entries:
        findings[Known(entry.path, Identity(entry.code, entry.function, entry.source))] += entry.count
    return Baseline(file, tuple(sorted(findings.items())))


def write_baseline(baseline: Baseline) -> None:
    """Write the file, a finding on each line, so that versions of it can be compared and merged.

    Raises ConfigError.
    """
    lines = (
        compact(
            {
                "path": known.path,
                "code": known.identity.code,
                "function": known.identity.function,
                "source": known.identity.words,
                "count": count,
            }
        )
        for known, count in baseline.findings
    )
    listed = ",\n".join(f"    {line}" for line in lines)
    body = f"[\n{listed}\n  ]" if baseline.findings else "[]"
    text = f'{{\n  "version": {VERSION},\n  "findings": {body}\n}}\n'
    try:
        write_file(baseline.file, text.encode("utf-8"))
    except NotWritten as error:
        raise ConfigError(baseline.file, str(error)) from None
