"""One run: discovery, one pure check per file, and everything they gave, in a fixed order.

``check_file`` takes a task and returns a value, both picklable, and touches nothing else: what drives it may
call it in this process, in others, or not at all because it knows the answer already.
"""

from __future__ import annotations

import gc
import os
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass, replace
from functools import lru_cache
from importlib import import_module
from typing import TYPE_CHECKING

from losslint.analysis.vocabulary import OUTPUTS, TARGETS
from losslint.config import AnalysisSettings, ConfigError, Configuration, Settings
from losslint.model import FileError, FileResult, Finding, Loss, Span
from losslint.rules import _registry
from losslint.source.comments import mentions_losslint, mentions_skip_file, read_pragmas
from losslint.source.discovery import STDIN, discover
from losslint.source.patterns import PathMatcher
from losslint.source.prefilter import Prefilter, prefilter
from losslint.source.text import (
    OtherLanguage,
    ParseFailure,
    SourceText,
    UnreadableFile,
    check_syntax,
    decode_source,
    read_bytes,
    source_text,
)
from losslint.source.witness import Seen, Trace, digest, stamp, witnessing
from losslint.suppress import apply_suppressions, unknown_codes

if TYPE_CHECKING:
    from losslint.baseline import Baseline
    from losslint.cache.directory import CacheDirectory
    from losslint.engine import ModuleResolver
    from losslint.fix.prove import Withheld
    from losslint.fix.rounds import Measure, Mender

SYNTAX_ERROR = "LL001"
STDIN_NAME = "<stdin>"
SAMPLE = 8
"""Of so many files, the largest ones, one needs the analysis if the run does; at worst it is loaded later."""


@dataclass(frozen=True, slots=True)
class Mending:
    """Fixes are wanted with the findings; ``apply``: and applied, ``unsafe`` ones too if that is said.

    ``measure`` runs each of them first, in this process' charge. ``silence``: instead of fixes, comments that
    silence the findings are applied. What ``baseline`` holds is left as it is.
    """

    apply: bool = False
    unsafe: bool = False
    measure: Measure | None = None
    silence: bool = False
    baseline: Baseline | None = None

    def chosen(self, findings: Sequence[Finding], source: SourceText) -> Sequence[Finding]:
        """The findings of a file that something may be done about."""
        return findings if self.baseline is None else self.baseline.without_known(findings, source.lines)


@dataclass(frozen=True, slots=True)
class Task:
    """One file to check.

    ``path`` is as shown; ``data`` is its content where it is not on disk (standard input). ``modules`` is where
    its imports lead; without it, to what is on disk.
    """

    path: str
    settings: Settings
    data: bytes | None = None
    mending: Mending | None = None
    modules: ModuleResolver | None = None


@dataclass(frozen=True, slots=True)
class Change:
    """What is made of one file: its bytes before and after, and what is found in it then.

    ``fixed`` findings are gone.
    """

    path: str
    before: bytes
    after: bytes
    encoding: str
    result: FileResult
    fixed: int


@dataclass(frozen=True, slots=True)
class Checked:
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
    for path in discovered.files:
        name = (stdin_filename or STDIN_NAME) if path == STDIN else path
        settings = settings_for(os.path.dirname(os.path.abspath(name)))
        if settings is not None:
            tasks.append(Task(name, settings, stdin() if path == STDIN and stdin else None, mending))
    if write:
        from losslint.fix.write import remove_leftovers

        on_disk = [task.path for task in tasks if task.data is None]
        remove_leftovers({os.path.dirname(os.path.realpath(path)) for path in on_disk})
    checked = _all_checked(tasks, cache, jobs, losses=losses)
    if write:
        checked = _all_written(tasks, checked)
    errors = [*discovered.errors, *config_errors.values()]
    finished = _collected(tasks, checked, errors, discovered.warnings)
    done = sum(change.fixed for change in finished.changes) if write else 0
    silenced = done if mending is not None and mending.silence else 0
    if not losses:
        finished = replace(finished, losses=(), unlisted=finished.loss_count)
    return replace(finished, fixed=done - silenced, silenced=silenced)


def _all_checked(
    tasks: Sequence[Task], cache: CacheDirectory | None, jobs: int | None, *, losses: bool
) -> list[Checked]:
    """The results of all tasks, in their order: those that are kept and still hold, and the others anew."""
    if cache is None or all(task.data is not None for task in tasks):
        return _checked_anew(tasks, jobs)
    from losslint.cache.kept import Kept

    kept = Kept(cache, losses=losses)
    known = [kept.known(task) for task in tasks]
    missing = [number for number, checked in enumerate(known) if checked is None]
    anew = _checked_anew([tasks[number] for number in missing], jobs)
    for number, checked in zip(missing, anew, strict=True):
        kept.keep(tasks[number], checked)
        known[number] = checked
    kept.save()
    return [checked for checked in known if checked is not None]


def _checked_anew(tasks: Sequence[Task], jobs: int | None) -> list[Checked]:
    # What runs fixes runs them one after the other, and cannot be handed to another process.
    if jobs == 1 or len(tasks) < 2 or any(task.mending and task.mending.measure for task in tasks):
        return [check_file(task) for task in tasks]
    from losslint.parallel import available, share

    sizes = [_size(task) for task in tasks]
    largest = sorted(range(len(tasks)), key=lambda number: -sizes[number])[:SAMPLE]
    return share(
        tasks,
        sizes,
        check_file,
        _died,
        jobs=jobs or available(),
        prepare=lambda: _prepare([tasks[n] for n in largest]),
    )


def _size(task: Task) -> int:
    try:
        return len(task.data) if task.data is not None else os.stat(task.path).st_size
    except OSError:
        return 0


def _prepare(tasks: Iterable[Task]) -> None:
    """Load what the analysis needs, if some of these files need it."""
    for task in tasks:
        with suppress(UnreadableFile):
            if _net(task.settings.analysis).may_hold_loss(task.data or read_bytes(task.path)):
                from losslint.analysis.optable import builtin_table

                import_module("losslint.engine")
                builtin_table()
                return


def _died(task: Task, how: str) -> Checked:
    reason = f"could not be checked: {how}; please report it, with this file if you can"
    return Checked(FileResult(task.path, error=FileError(task.path, reason)))


def _all_written(tasks: Sequence[Task], checked: Sequence[Checked]) -> list[Checked]:
    """The results after their changes were written, one file after the other.

    What depends on a file that was changed is checked again, as if files had been checked one by one.
    """
    changed: set[str] = set()
    results = []
    for task, each in zip(tasks, checked, strict=True):
        modules = each.trace.modules.values() if each.trace is not None else ()
        if any(seen is not None and seen.path in changed for seen in modules):
            each = check_file(task)
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
            return replace(checked, result=failed, change=None)
    return replace(checked, result=checked.change.result)


def _place(finding: Finding) -> tuple[str, Span, str]:
    return finding.path, finding.span, finding.code


def check_file(task: Task) -> Checked:
    """Check one file. Never raises: what goes wrong is part of the result."""

    def check() -> Checked:
        if task.data is not None:
            return _checked(lambda: decode_source(task.data or b"", path=task.path), task.data, task)
        # The stamp comes first: of a file that changes before it is read, it will never be the right one.
        try:
            stamped = stamp(os.stat(task.path))
        except OSError:
            stamped = ""  # reading it will say why
        data = read_bytes(task.path)
        with witnessing() as modules:
            checked = _checked(lambda: decode_source(data, path=task.path), data, task)
        return replace(checked, trace=Trace(Seen(task.path, stamped, digest(data)), modules))

    return _guarded(task, check)


def check_text(text: str, task: Task) -> Checked:
    """Check what an editor holds instead of what is on disk. Never raises."""
    data = text.encode("utf-8", "surrogatepass")
    return _guarded(task, lambda: _checked(lambda: source_text(text, path=task.path), data, task))


def _guarded(task: Task, check: Callable[[], Checked]) -> Checked:
    try:
        return check()
    except OtherLanguage as other:
        return Checked(FileResult(task.path), skipped=str(other))
    except UnreadableFile as error:
        return Checked(FileResult(task.path, error=FileError(task.path, str(error))))
    except ConfigError as error:
        return Checked(FileResult(task.path, error=FileError(error.path, error.reason)))
    except (Exception, SystemExit) as error:  # a bug of ours in one file must not cost the findings in others
        import traceback

        reason = (
            f"internal error in losslint ({_described(error)}); please report it, with this file if you can"
        )
        return Checked(
            FileResult(task.path, error=FileError(task.path, reason)),
            traceback=f"{task.path}: {traceback.format_exc()}",
        )


def _checked(decoded: Callable[[], SourceText], data: bytes, task: Task) -> Checked:
    try:
        source = decoded()
        code = source.code(data)
        if mentions_skip_file(code) and read_pragmas(source).skip_file:
            return Checked(FileResult(task.path), skipped="skip-file comment")
        if _net(task.settings.analysis).may_hold_loss(code):
            findings, losses = _analysed(source, task)
            skipped = None
        else:
            check_syntax(source)
            findings, losses, skipped = (), (), "no words of a loss"
    except ParseFailure as failure:
        found = _syntax_error(failure, task.path)
        is_on = task.settings.selects(SYNTAX_ERROR, os.path.abspath(task.path))
        return Checked(FileResult(task.path, (found,) if is_on else ()))
    loud, warnings = _judged(findings, source, code, task.settings)
    checked = Checked(FileResult(task.path, loud, losses), warnings, skipped)
    return _mended(checked, source, data, task) if task.mending is not None and loud else checked


def _mended(checked: Checked, source: SourceText, data: bytes, task: Task) -> Checked:
    """A checked file with fixes for its findings, and with what they make of it if that is asked for."""
    result = checked.result
    try:
        if source.encode() != data:
            reason = f"{task.path}: no fixes: text in {source.encoding} does not come back as the same bytes"
            return replace(checked, withheld=(reason,))
        assert task.mending is not None
        if task.mending.silence:
            return _silenced(checked, source, data, task)
        mender = _mender(task)
        findings, withheld = mender.offered(source, result.findings)
        checked = replace(
            checked, result=replace(result, findings=findings), withheld=_told(withheld, source)
        )
        if not task.mending.apply:
            return checked
        mended = mender.mended(source, findings, result.losses)
        if mended.source.text == source.text:
            return checked
        now = FileResult(task.path, mended.findings, mended.losses)
        change = Change(task.path, data, mended.source.encode(), source.encoding, now, mended.fixed)
        return replace(checked, change=change, withheld=_told(mended.withheld, mended.source))
    except Exception as error:  # a bug of ours in a fix must not cost the findings
        import traceback

        warning = f"{task.path}: no fixes: internal error in losslint ({_described(error)}); please report it"
        shown = f"{task.path}: {traceback.format_exc()}"
        return replace(checked, warnings=(*checked.warnings, warning), traceback=shown)


def _told(withheld: Sequence[Withheld], source: SourceText) -> tuple[str, ...]:
    """Fixes that were not offered, one line each."""
    return tuple(f"{source.path}:{source.in_cell(each.finding.span).place}: {each}" for each in withheld)


def _silenced(checked: Checked, source: SourceText, data: bytes, task: Task) -> Checked:
    """A checked file with comments for its findings, and with what is found in it then."""
    from losslint.fix.edits import applied
    from losslint.fix.silence import silencing

    assert task.mending is not None
    edits = silencing(source, task.mending.chosen(checked.result.findings, source))
    if not edits:
        return checked
    after = applied(source, edits).encode()
    now = check_file(replace(task, data=after, mending=None)).result
    silenced = len(checked.result.findings) - len(now.findings)
    return replace(checked, change=Change(task.path, data, after, source.encoding, now, silenced))


def _mender(task: Task) -> Mender:
    from losslint.fix.rounds import Mender, Reading

    path, settings = os.path.abspath(task.path), task.settings

    def judge(source: SourceText, findings: Sequence[Finding]) -> tuple[Finding, ...]:
        return _judged(findings, source, source.code(source.encode()), settings)[0]

    mending = task.mending or Mending()

    def not_run(*_: object) -> Reading:
        # What came through stdin need not be what lies at the path that it was given.
        return Reading(reason="standard input is not run")

    def curable(source: SourceText, findings: Sequence[Finding]) -> Sequence[Finding]:
        return mending.chosen(findings, source)

    measure = not_run if mending.measure is not None and task.data is not None else mending.measure
    return Mender(
        settings.analysis,
        lambda code: settings.selects(code, path),
        judge,
        mending.unsafe,
        measure,
        modules=task.modules,
        curable=curable,
    )


@lru_cache(maxsize=32)
def _net(settings: AnalysisSettings) -> Prefilter:
    return prefilter(targets=TARGETS, outputs=OUTPUTS, names=settings.loss_names)


def _analysed(source: SourceText, task: Task) -> tuple[tuple[Finding, ...], tuple[Loss, ...]]:
    """Raw findings and losses. Raises ParseFailure, and ConfigError for a table that cannot be used."""
    # The analysis brings the concrete syntax with it, which most files never need.
    from losslint.analysis.optable import TableError
    from losslint.engine import check_source

    try:
        with _collector_paused():
            return check_source(source, task.settings.analysis, task.modules)
    except TableError as error:
        raise ConfigError(task.settings.origin_of("ops").origin, str(error)) from None


def _judged(
    findings: Sequence[Finding], source: SourceText, code: bytes, settings: Settings
) -> tuple[tuple[Finding, ...], tuple[str, ...]]:
    """The findings selected and not silenced, and a warning for each comment not understood."""
    path = os.path.abspath(source.path)

    def is_on(code: str) -> bool:
        return settings.selects(code, path)

    selected = [finding for finding in findings if is_on(finding.code)]
    if not selected and not mentions_losslint(code):
        return (), ()
    pragmas = read_pragmas(source)
    problems = [*pragmas.problems, *unknown_codes(pragmas)]
    warnings = tuple(
        f"{source.path}:{source.in_cell(_point(problem.line, problem.column)).place}: {problem.message}"
        for problem in problems
    )
    return apply_suppressions(selected, pragmas, path=source.path, is_on=is_on), warnings


def _syntax_error(failure: ParseFailure, path: str) -> Finding:
    rule = _registry.load(SYNTAX_ERROR)
    span = _point(failure.line, failure.column)
    return Finding(rule.code, rule.name, rule.severity, f"does not parse: {failure.message}", path, span)


def _point(line: int, column: int) -> Span:
    return Span(line, column, line, column + 1)


def _described(error: BaseException) -> str:
    text = " ".join(str(error).split())
    return f"{type(error).__name__}: {text}" if text else type(error).__name__


@contextmanager
def _collector_paused() -> Iterator[None]:
    """Trees of a whole file are many objects and no garbage: looking through them again is wasted time."""
    was_on = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was_on:
            gc.enable()


def sources_of(finished: Run) -> Callable[[str], SourceText | None]:
    """A function from a shown path to what that file holds, for reports: after the fixes that were written.

    None if it cannot be read any more.
    """

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
