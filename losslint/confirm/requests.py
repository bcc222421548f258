"""From ``PATH::NAME`` and configuration to the losses to run, with what the analysis infers of each."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace

from losslint.config import Configuration
from losslint.confirm.locate import Candidate, candidates
from losslint.confirm.model import LossRequest, Static
from losslint.model import FileError, Finding, Loss
from losslint.run import run
from losslint.source.discovery import discover
from losslint.source.text import ParseFailure, UnreadableFile, parse, read_source
from losslint.suggest import did_you_mean
from losslint.targets import Target

WHEN_CALLED = frozenset({"call", "__call__", "forward", "train_step"})


@dataclass(frozen=True, slots=True)
class Asked:
    """The losses to run, and what of the request could not be met."""

    requests: tuple[LossRequest, ...]
    errors: tuple[FileError, ...]
    warnings: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class _Known:
    """What one pass over the paths found: requests for losses, by what found them."""

    requests: tuple[LossRequest, ...]
    errors: tuple[FileError, ...]
    warnings: tuple[str, ...]
    files: tuple[str, ...]


def requests_for(
    targets: Sequence[Target],
    configuration: Configuration,
    inputs: str | None = None,
    arguments: str | None = None,
) -> Asked:
    """The losses that the targets name; without a name all that the analysis finds.

    A name may be any function of the file, also one that the analysis takes for no loss.
    ``inputs`` and ``arguments`` (from the command line) win over configuration.
    """
    known = _known(tuple(dict.fromkeys(target.path for target in targets)), configuration)
    chosen: dict[tuple[str, str, int | None], LossRequest] = {}
    errors = list(known.errors)
    for target in targets:
        meant = [r for r in known.requests if target.means(r)]
        if not meant and target.name is not None:
            meant, names = _functions(target, known.files)
            if not meant and target.path not in {error.path for error in errors}:
                hint = did_you_mean(target.name, names)
                errors.append(FileError(target.path, f"has no function {target.name!r}{hint}"))
        for request in meant:
            chosen.setdefault((request.path, request.qualname, request.line), request)
    ready = tuple(configured(request, configuration, inputs, arguments) for request in chosen.values())
    return Asked(ready, tuple(errors), known.warnings)


def _known(paths: Sequence[str], configuration: Configuration) -> _Known:
    finished = run(paths, configuration)
    requests = tuple(request_for(loss, finished.findings) for loss in finished.losses)
    files = discover(paths, lambda directory: configuration.for_directory(directory).excluded).files
    return _Known(requests, finished.errors, finished.warnings, files)


def _candidates_in(path: str) -> tuple[Candidate, ...]:
    """The functions of a file; none of one that cannot be read or parsed, which the run has told already."""
    try:
        return tuple(candidates(parse(read_source(path))))
    except (UnreadableFile, ParseFailure):
        return ()


def request_for(loss: Loss, findings: Iterable[Finding]) -> LossRequest:
    """The request for a loss that the analysis found, with what it says of it."""
    static = Static(loss.degree, loss.coupled, loss.verdict.value)
    mine = (f for f in findings if f.path == loss.path and f.function == loss.qualname)
    trail = next((finding.trail for finding in mine), ())
    return LossRequest(loss.path, loss.qualname, loss.line, static=static, trail=trail)


def _functions(target: Target, files: Sequence[str]) -> tuple[list[LossRequest], list[str]]:
    """Functions of the target's files by that name, and the names of all; of a class, what it computes when called."""
    found: list[LossRequest] = []
    for path in files:
        if target.holds(path):
            found.extend(LossRequest(path, c.qualname, c.line) for c in _candidates_in(path))
    named = [r for r in found if f".{r.qualname}".endswith(f".{target.name}")]
    called = [r for r in found if target.means(r) and r.qualname.rpartition(".")[2] in WHEN_CALLED]
    return named or called, [r.qualname for r in found]


def configured(
    request: LossRequest,
    configuration: Configuration,
    inputs: str | None = None,
    arguments: str | None = None,
) -> LossRequest:
    """The request with these inputs and arguments, else with those that configuration gives.

    Configuration knows inputs by the name of the loss or the last part of it, and arguments by the name of the
    class or factory that makes it.
    """
    settings = configuration.for_file(request.path).confirm
    names = [request.qualname, *reversed(request.qualname.split("."))]
    return replace(
        request,
        inputs=inputs or _first(dict(settings.inputs), names[:2]),
        expressions=arguments or _first(dict(settings.arguments), names) or "",
    )


def _first(texts: Mapping[str, str], names: Sequence[str]) -> str | None:
    return next((texts[name] for name in names if name in texts), None)
