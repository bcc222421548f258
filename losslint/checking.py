"""Checking files: one is a task that gives a value, both picklable, and touches nothing else.

What drives it may do it in this process, in others, or not at all because it knows the answer already.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable, Sequence
from contextlib import suppress
from dataclasses import replace
from functools import cache, lru_cache
from importlib import import_module
from typing import TYPE_CHECKING

from losslint import garbage
from losslint.config import AnalysisSettings, ConfigError, Settings
from losslint.result import FileError, FileResult
from losslint.run import SYNTAX_ERROR, Change, Checked, Mending, Task
from losslint.source.places import remembering
from losslint.source.prefilter import Prefilter, mentions_losslint, mentions_skip_file, prefilter
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
from losslint.source.words import OUTPUTS, TARGETS

if TYPE_CHECKING:
    from losslint.fix.prove import Withheld
    from losslint.fix.rounds import Mender
    from losslint.model import Finding, Loss, Span

SAMPLE = 8
"""Of so many files, the largest ones, one needs the analysis if the run does; at worst it is loaded later."""


def check_files(tasks: Sequence[Task], jobs: int | None) -> list[Checked]:
    """The results of all tasks, in their order, from so many processes (None: one per processor)."""
    with garbage.paused(over=True), remembering():
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

                _load_analysis()
                builtin_table()
                return


def _died(task: Task, how: str) -> Checked:
    reason = f"could not be checked: {how}; please report it, with this file if you can"
    return Checked(FileResult(task.path, error=FileError(task.path, reason)))


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
        return checked._replace(trace=Trace(Seen(task.path, stamped, digest(data)), modules))

    try:
        return _guarded(task, check)
    finally:
        garbage.swept()


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
        if mentions_skip_file(code) and _asks_to_be_skipped(source):
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
            return checked._replace(withheld=(reason,))
        assert task.mending is not None
        if task.mending.silence:
            return _silenced(checked, source, data, task)
        mender = _mender(task)
        offered, withheld = mender.offered(source, list(filter(task.mending.wants, result.findings)))
        fixable = iter(offered)
        findings = tuple(next(fixable) if task.mending.wants(each) else each for each in result.findings)
        checked = checked._replace(
            result=replace(result, findings=findings), withheld=_told(withheld, source)
        )
        if not task.mending.apply:
            return checked
        mended = mender.mended(source, findings, result.losses)
        if mended.source.text == source.text:
            return checked
        now = FileResult(task.path, mended.findings, mended.losses)
        change = Change(task.path, data, mended.source.encode(), source.encoding, now, mended.fixed)
        return checked._replace(change=change, withheld=_told(mended.withheld, mended.source))
    except Exception as error:  # a bug of ours in a fix must not cost the findings
        import traceback

        warning = f"{task.path}: no fixes: internal error in losslint ({_described(error)}); please report it"
        shown = f"{task.path}: {traceback.format_exc()}"
        return checked._replace(warnings=(*checked.warnings, warning), traceback=shown)


def _told(withheld: Sequence[Withheld], source: SourceText) -> tuple[str, ...]:
    """Fixes that were not offered, one line each."""
    return tuple(f"{source.path}:{source.in_cell(each.finding.span).place}: {each}" for each in withheld)


def _silenced(checked: Checked, source: SourceText, data: bytes, task: Task) -> Checked:
    """A checked file with comments for its findings, and with what is found in it then."""
    from losslint.fix.edits import applied
    from losslint.fix.silence import silencing

    assert task.mending is not None
    findings = task.mending.chosen(checked.result.findings, source)
    edits = silencing(source, [finding for finding in findings if finding.code != SYNTAX_ERROR])
    if not edits:
        return checked
    after = applied(source, edits).encode()
    now = check_file(task._replace(data=after, mending=None)).result
    silenced = len(checked.result.findings) - len(now.findings)
    return checked._replace(change=Change(task.path, data, after, source.encoding, now, silenced))


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


def _asks_to_be_skipped(source: SourceText) -> bool:
    from losslint.source.comments import read_pragmas

    return read_pragmas(source).skip_file


@lru_cache(maxsize=32)
def _net(settings: AnalysisSettings) -> Prefilter:
    return prefilter(targets=TARGETS, outputs=OUTPUTS, names=settings.loss_names)


def _analysed(source: SourceText, task: Task) -> tuple[tuple[Finding, ...], tuple[Loss, ...]]:
    """Raw findings and losses. Raises ParseFailure, and ConfigError for a table that cannot be used."""
    _load_analysis()
    from losslint.analysis.optable import TableError
    from losslint.engine import check_source

    try:
        with garbage.paused():
            return check_source(source, task.settings.analysis, task.modules, listed=task.listed)
    except TableError as error:
        raise ConfigError(task.settings.origin_of("ops").origin, str(error)) from None


@cache
def _load_analysis() -> None:
    """Load what most files never need: the analysis, which brings the concrete syntax with it."""
    import_module("losslint.engine")
    garbage.settled()


def _judged(
    findings: Sequence[Finding], source: SourceText, code: bytes, settings: Settings
) -> tuple[tuple[Finding, ...], tuple[str, ...]]:
    """The findings selected and not silenced, and a warning for each comment not understood."""
    path = os.path.abspath(source.path)

    def is_on(code: str) -> bool:
        return settings.selects(code, path)

    broken = (_syntax_error(failure, source.path) for failure in source.failures)
    selected = [finding for finding in (*broken, *findings) if is_on(finding.code)]
    if not selected and not mentions_losslint(code):
        return (), ()
    from losslint.source.comments import read_pragmas
    from losslint.suppress import apply_suppressions, unknown_codes

    pragmas = read_pragmas(source)
    problems = [*pragmas.problems, *unknown_codes(pragmas)]
    warnings = tuple(
        f"{source.path}:{source.in_cell(_point(problem.line, problem.column)).place}: {problem.message}"
        for problem in problems
    )
    return apply_suppressions(selected, pragmas, path=source.path, is_on=is_on), warnings


def _syntax_error(failure: ParseFailure, path: str) -> Finding:
    from losslint.model import Finding
    from losslint.rules import _registry

    rule = _registry.load(SYNTAX_ERROR)
    span = _point(failure.line, failure.column)
    return Finding(rule.code, rule.name, rule.severity, f"does not parse: {failure.message}", path, span)


def _point(line: int, column: int) -> Span:
    from losslint.model import Span

    return Span(line, column, line, column + 1)


def _described(error: BaseException) -> str:
    text = " ".join(str(error).split())
    return f"{type(error).__name__}: {text}" if text else type(error).__name__
