"""What is asked of the analysis for one document, and what it answers. Both are picklable; all else is pure."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterable, Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass, replace
from pathlib import Path

from losslint.checking import check_text
from losslint.config import ConfigError, Settings
from losslint.model import Loss, Span
from losslint.run import Checked, Mending, Task
from losslint.source.comments import PragmaProblem, read_pragmas
from losslint.source.resolver import Resolver
from losslint.source.text import ParseFailure, SourceText, parse, source_text
from losslint.suppress import unknown_codes


@dataclass(frozen=True, slots=True)
class Job:
    """One text to check, as its file would hold it.

    ``unsaved`` holds the texts of other files by path, as far as the client has them open.
    """

    path: str
    text: str
    settings: Settings
    unsaved: Mapping[str, str]
    mending: Mending | None = None


@dataclass(frozen=True, slots=True)
class Extent:
    """Where a loss stands: its name, and everything from there to its end."""

    name: Span
    whole: Span


@dataclass(frozen=True, slots=True)
class Answer:
    """What a job gave. ``extents`` has one entry for each loss; ``used`` are the files that imports led to."""

    checked: Checked
    problems: tuple[PragmaProblem, ...] = ()
    extents: tuple[Extent, ...] = ()
    used: frozenset[str] = frozenset()


def answer(job: Job) -> Answer:
    """Do a job. Never raises for what the text is like."""
    held = dict(_texts(job.unsaved))
    modules = Resolver.for_file(job.path, held)
    checked = check_text(job.text, Task(job.path, job.settings, mending=_mending(job), modules=modules))
    try:
        source = source_text(job.text, path=job.path)
        checked = _without_known(checked, source, job)
        pragmas = read_pragmas(source)
        return Answer(
            checked,
            (*pragmas.problems, *unknown_codes(pragmas)),
            tuple(extents_of(source, checked.result.losses)),
            modules.found,
        )
    except ParseFailure:
        return Answer(checked)


def _mending(job: Job) -> Mending | None:
    """What is asked for, sparing the findings that a baseline holds; nothing if that cannot be used."""
    file = job.settings.baseline
    if job.mending is None or not job.mending.apply or file is None:
        return job.mending
    from losslint.baseline import current

    try:
        return job.mending._replace(baseline=current(file))
    except ConfigError:
        return None


def _without_known(checked: Checked, source: SourceText, job: Job) -> Checked:
    """What was checked without the findings that a baseline holds, if there is one that can be used."""
    if job.settings.baseline is None or not checked.result.findings:
        return checked
    from losslint.baseline import new_in_file

    result = checked.result
    with suppress(ConfigError):
        result = replace(result, findings=new_in_file(job.path, result.findings, source.lines, job.settings))
    return checked._replace(result=result)


def _texts(unsaved: Mapping[str, str]) -> Iterator[tuple[Path, SourceText]]:
    for path, text in unsaved.items():
        try:
            yield Path(path), source_text(text, path=path)
        except ParseFailure:
            continue


def extents_of(source: SourceText, losses: Iterable[Loss]) -> Iterator[Extent]:
    """Where each of the losses stands. Raises ParseFailure."""
    losses = tuple(losses)
    ends: dict[int, tuple[int, int]] = {}
    for node in ast.walk(parse(source)) if losses else ():
        if isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef, ast.Assign, ast.AnnAssign)):
            end = node.end_lineno or node.lineno, node.end_col_offset or 0
            ends[node.lineno] = max(end, ends.get(node.lineno, end))
    for loss in losses:
        line = source.lines[loss.line - 1] if loss.line <= len(source.lines) else ""
        word = re.search(rf"\b{re.escape(loss.qualname.rpartition('.')[2])}\b", line)
        start, stop = word.span() if word else (0, len(line.rstrip()))
        end_line, end_bytes = ends.get(loss.line, (loss.line, len(line.encode())))
        last = source.lines[end_line - 1].encode() if end_line <= len(source.lines) else b""
        end_column = len(last[:end_bytes].decode("utf-8", "ignore")) + 1
        yield Extent(
            Span(loss.line, start + 1, loss.line, stop + 1),
            Span(loss.line, start + 1, max(end_line, loss.line), end_column),
        )
