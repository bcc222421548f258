"""One run: discovery, a check of each file or what is known of it already, and everything they gave in a fixed order.

What checks files is loaded when there is one to check.
"""

from __future__ import annotations

import os
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from functools import lru_cache
from typing import TYPE_CHECKING, NamedTuple

from losslint.config import ConfigError, Configuration, Settings
from losslint.frozen import dataclass
from losslint.result import FileError, FileResult
from losslint.source.discovery import STDIN, discover

if TYPE_CHECKING:
    from losslint.baseline import Baseline
    from losslint.cache.directory import CacheDirectory
    from losslint.engine import ModuleResolver
    from losslint.fix.rounds import Measure
    from losslint.model import Finding, Loss, Span
    from losslint.source.patterns import PathMatcher
    from losslint.source.text import SourceText
    from losslint.source.witness import Trace

SYNTAX_ERROR = "LL001"
STDIN_NAME = "<stdin>"


class Mending(NamedTuple):
    """Fixes are wanted with the findings; ``apply``: and applied, ``unsafe`` ones too if that is said.

    ``measure`` runs each of them first, in this process' charge. ``silence``: instead of fixes, comments that
    silence the findings are applied. What ``baseline`` holds is left as it is. ``wanted``: fixes are looked for
    only for these findings, by code and place.
    """

    apply: bool = False
    unsafe: bool = False
    measure: Measure | None = None
    silence: bool = False
    baseline: Baseline | None = None
    wanted: frozenset[tuple[str, Span]] | None = None

    def wants(self, finding: Finding) -> bool:
        """Whether a fix for this finding is looked for."""
        return self.wanted is None or (finding.code, finding.span) in self.wanted

    def chosen(self, findings: Sequence[Finding], source: SourceText) -> Sequence[Finding]:
        """The findings of a file that something may be done about."""
        return findings if self.baseline is None else self.baseline.without_known(findings, source.lines)


class Task(NamedTuple):
    """One file to check.

    ``path`` is as shown; ``data`` is its content where it is not on disk (standard input). ``modules`` is where
    its imports lead; without it, to what is on disk. ``listed``: its losses are shown, and not only counted.
    """

    path: str
    settings: Settings
    data: bytes | None = None
    mending: Mending | None = None
    modules: ModuleResolver | None = None
    listed: bool = True


class Change(NamedTuple):
    """What is made of one file: its bytes before and after, and what is found in it then.

    ``fixed`` findings are gone.
    """

    path: str
    before: bytes
    after: bytes
    encoding: str
    result: FileResult
    fixed: int


class Checked(NamedTuple):
    """What checking one file gave.

    ``skipped`` says why it was not analysed; ``traceback`` belongs to a bug of ours. ``trace`` is what was read
    for it. ``unlisted`` losses were found too, and are not in the result because nobody asked for them.
    """

    result: FileResult
    warnings: tuple[str, ...] = ()
    skipped: str | None = None
    traceback: str | None = None
    change: Change | None = None
    withheld: tuple[str, ...] = ()
    trace: Trace | None = None
    unlisted: int = 0


@dataclass(frozen=True)
class Run:
    """Everything that a run gave, sorted by path and place.

    Where losses are only counted, they are all ``unlisted``.
    """

    files: int = 0
    findings: tuple[Finding, ...] = ()
    losses: tuple[Loss, ...] = ()
    unlisted: int = 0
    errors: tuple[FileError, ...] = ()
    warnings: tuple[str, ...] = ()
    skipped: Mapping[str, int] | None = None
    tracebacks: tuple[str, ...] = ()
    stdin: Task | None = None
    fixed: int = 0
    silenced: int = 0
    changes: tuple[Change, ...] = ()
    """What fixes would change, or have changed: ``fixed`` counts what was written (or handed to stdout)."""
    withheld: tuple[str, ...] = ()
    """Fixes that were not offered, and why."""
    paths: tuple[str, ...] = ()
    """The files that were checked, as shown."""
    known: int = 0
    """Findings that a baseline holds; they are left out."""

    @property
    def loss_count(self) -> int:
        """How many losses were found."""
        return len(self.losses) + self.unlisted

    @property
    def status(self) -> int:
        """The exit status: 2 if something asked for could not be done, 1 with findings, else 0."""
        return 2 if self.errors else int(bool(self.findings))


def run(
    paths: Sequence[str],
    configuration: Configuration,
    *,
    stdin: Callable[[], bytes] | None = None,
    stdin_filename: str | None = None,
    mending: Mending | None = None,
    write: bool = False,
    cache: CacheDirectory | None = None,
    jobs: int | None = 1,
    losses: bool = True,
) -> Run:
    """Check everything that ``paths`` names, and ``write`` what ``mending`` makes of it.

    What cannot be found, read or configured is an error beside the rest. ``cache`` holds results of earlier
    runs, ``jobs`` processes (None: one per processor) may work at the same time: neither changes what is found.
    Without ``losses`` they are only counted.
    """
    config_errors: dict[str, FileError] = {}

    def settings_for(directory: str) -> Settings | None:
        try:
            return configuration.for_directory(directory)
        except ConfigError as error:
            config_errors.setdefault(str(error), FileError(error.path, error.reason))
            return None

    def exclusions(directory: str) -> PathMatcher:
        settings = settings_for(directory) or configuration.without_files()
        return settings.excluded

    # The run as a whole is configured here, so that what is wrong here is always told.
    whole = settings_for(os.curdir) or configuration.without_files()
    discovered = discover(paths, exclusions, enforced=whole.value("force-exclude"))
    tasks = []
    in_folder = lru_cache(maxsize=None)(settings_for)
    for path in discovered.files:
        name = (stdin_filename or STDIN_NAME) if path == STDIN else path
        settings = in_folder(name[: name.rfind(os.sep) + 1])
        if settings is not None:
            data = stdin() if path == STDIN and stdin else None
            tasks.append(Task(name, settings, data, mending, listed=losses))
    if write:
        from losslint.fix.write import remove_leftovers

        on_disk = [task.path for task in tasks if task.data is None]
        remove_leftovers({os.path.dirname(os.path.realpath(path)) for path in on_disk})
    checked = _all_checked(tasks, cache, jobs)
    if write:
        checked = _all_written(tasks, checked)
    errors = [*discovered.errors, *config_errors.values()]
    finished = _collected(tasks, checked, errors, (*configuration.warnings, *discovered.warnings))
    done = sum(change.fixed for change in finished.changes) if write else 0
    silenced = done if mending is not None and mending.silence else 0
    if not losses:
        finished = replace(finished, losses=(), unlisted=finished.loss_count)
    return replace(finished, fixed=done - silenced, silenced=silenced)


def _all_checked(tasks: Sequence[Task], cache: CacheDirectory | None, jobs: int | None) -> list[Checked]:
    """The results of all tasks, in their order: those that are kept and still hold, and the others anew."""
    if cache is None or all(task.data is not None for task in tasks):
        return _checked(tasks, jobs)
    from losslint.cache.kept import Kept

    kept = Kept(cache)
    known = [kept.known(task) for task in tasks]
    missing = [number for number, checked in enumerate(known) if checked is None]
    anew = _checked([tasks[number] for number in missing], jobs)
    for number, checked in zip(missing, anew, strict=True):
        kept.keep(tasks[number], checked)
        known[number] = checked
    kept.save()
    return [checked for checked in known if checked is not None]


def _checked(tasks: Sequence[Task], jobs: int | None) -> list[Checked]:
    if not tasks:
        return []
    from losslint import checking

    return checking.check_files(tasks, jobs)


def _all_written(tasks: Sequence[Task], checked: Sequence[Checked]) -> list[Checked]:
    """The results after their changes were written, one file after the other.

    What depends on a file that was changed is checked again, as if files had been checked one by one.
    """
    changed: set[str] = set()
    results = []
    for task, each in zip(tasks, checked, strict=True):
        modules = each.trace.modules.values() if each.trace is not None else ()
        if any(seen is not None and seen.path in changed for seen in modules):
            [each] = _checked([task], 1)
        result = _written(each, task)
        if result.change is not None:
            changed.add(os.path.abspath(task.path))
        results.append(result)
    return results


def _collected(
    tasks: Sequence[Task], checked: Sequence[Checked], errors: Sequence[FileError], warnings: Sequence[str]
) -> Run:
    results = [each.result for each in checked]
    failures = [result.error for result in results if result.error is not None]
    return Run(
        files=len(results) - len(failures),
        paths=tuple(result.path for result in results if result.error is None),
        findings=tuple(sorted((found for result in results for found in result.findings), key=_place)),
        losses=tuple(
            sorted(
                (loss for result in results for loss in result.losses),
                key=lambda loss: (loss.path, loss.line),
            )
        ),
        unlisted=sum(each.unlisted for each in checked),
        # What is wrong with the configuration of many files is told once.
        errors=tuple(sorted(dict.fromkeys([*errors, *failures]), key=lambda error: error.path)),
        warnings=(*warnings, *(line for each in checked for line in each.warnings)),
        skipped=Counter(each.skipped for each in checked if each.skipped),
        tracebacks=tuple(each.traceback for each in checked if each.traceback),
        stdin=next((task for task in tasks if task.data is not None), None),
        changes=tuple(each.change for each in checked if each.change),
        withheld=tuple(line for each in checked for line in each.withheld),
    )


def _written(checked: Checked, task: Task) -> Checked:
    """A checked file after its change was written; where that fails, an error beside what is found in it."""
    if checked.change is None:
        return checked
    if task.data is None:
        from losslint.fix.write import NotWritten, replace_file

        try:
            replace_file(task.path, checked.change.before, checked.change.after)
        except NotWritten as error:
            failed = replace(checked.result, error=FileError(task.path, str(error)))
            return checked._replace(result=failed, change=None)
    return checked._replace(result=checked.change.result)


def _place(finding: Finding) -> tuple[str, Span, str]:
    return finding.path, finding.span, finding.code


def sources_of(finished: Run) -> Callable[[str], SourceText | None]:
    """A function from a shown path to what that file holds, for reports: after the fixes that were written.

    None if it cannot be read any more.
    """

    from losslint.source.text import ParseFailure, UnreadableFile, decode_source, read_bytes

    @lru_cache(maxsize=1)
    def source(path: str) -> SourceText | None:
        try:
            data = content(path)
            return decode_source(read_bytes(path) if data is None else data, path=path)
        except (ParseFailure, UnreadableFile):
            return None

    def content(path: str) -> bytes | None:
        stdin = finished.stdin
        if stdin is None or stdin.path != path:
            return None
        fixed = (change.after for change in finished.changes if change.path == path and finished.fixed)
        return next(fixed, stdin.data)

    return source


def lines_of(finished: Run) -> Callable[[str], Sequence[str]]:
    """A function from a shown path to the lines of that file; none if it cannot be read any more."""
    source_of = sources_of(finished)

    def lines(path: str) -> Sequence[str]:
        source = source_of(path)
        return source.lines if source is not None else ()

    return lines
