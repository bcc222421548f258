"""Runs many losses with one warm worker, one result after the other; what a loss does costs only itself."""

from __future__ import annotations

import ast
import time
from collections.abc import Generator, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import chain
from pathlib import Path
from statistics import fmean, stdev
from typing import Any

from losslint.confirm.families import ARGUMENTS
from losslint.confirm.interpreter import choose_python
from losslint.confirm.locate import Candidate, ModulePlace, candidates, place_of, project_of
from losslint.confirm.measure import judgement_of
from losslint.confirm.model import ConfirmOptions, Drift, Fed, LossRequest, Measured, Measurement
from losslint.confirm.plan import CannotPlan, plans_for
from losslint.confirm.process import Worker, WorkerDied, WorkerSettings, WorkerTimeout
from losslint.confirm.slicing import slice_of
from losslint.confirm.specs import SpecError, parse_arguments, parse_input, parse_inputs, with_predictions
from losslint.model import Span
from losslint.source.comments import read_pragmas
from losslint.source.text import ParseFailure, SourceText, UnreadableFile, parse, read_source

NOT_IN_THE_FILE = "the text is not what the file holds"
IMPORT_SHARE = 0.5  # of a loss's time may go into importing its module; then it is tried without the module
GIVING_UP = frozenset({"SIGABRT", "SIGFPE"})  # how the framework ends where inputs of a wrong rank confuse it
MOST_RESTARTS = 3
TRYING = "trying"  # the stage in which a plan of inputs is tried; its number follows
STUDENT = {2: 12.706, 3: 4.303, 4: 3.182, 5: 2.776, 6: 2.571}


def confirm_losses(
    requests: Iterable[LossRequest], options: ConfirmOptions
) -> Generator[Measured, None, None]:
    """Yields one result per request, in order. Executes the code that is asked for.

    Raises NoFramework before the first result if the interpreter cannot run TensorFlow; a loss that hangs,
    crashes or raises never raises here.
    """
    # Whoever asks may decide on the next loss when the last one has been measured: no request is taken early.
    coming = iter(requests)
    first = next(coming, None)
    if first is None:
        return
    around = [Path.cwd(), Path(first.path)]
    settings = WorkerSettings(
        python=choose_python(
            options.python, beside=[p for path in around for p in _projects(path, options.project)]
        ),
        memory_mb=options.memory_mb,
        gpu=options.gpu,
    )
    with Worker(settings) as worker:
        session = _Session(worker, options)
        for request in chain([first], coming):
            yield session.confirm(request)


def _projects(path: Path, project: Path | None) -> list[Path]:
    """The project that was named, and the one that a path lies in."""
    return [place for place in (project, project_of(path)) if place is not None]


@dataclass(frozen=True, slots=True)
class _Module:
    """A file: its text, its tree, what can be run in it, and where it sits among packages."""

    source: SourceText
    tree: ast.Module
    candidates: tuple[Candidate, ...]
    place: ModulePlace


class _Session:
    def __init__(self, worker: Worker, options: ConfirmOptions) -> None:
        self.worker = worker
        self.options = options
        self.modules: dict[str, _Module] = {}
        self.bad_imports: dict[str, str] = {}

    def confirm(self, request: LossRequest) -> Measured:
        blank = Measured(request.path, request.qualname, request.line, "unsupported", static=request.static)
        blank = replace(blank, trail=request.trail)
        try:
            source, candidate, wire = self._prepare(request)
        except (UnreadableFile, ParseFailure, SpecError, CannotPlan, LookupError) as error:
            return replace(blank, reason=str(error.args[0] if error.args else error))
        blank = _placed(blank, source, candidate.line)
        answer = self._ask(request.path, wire)
        if told := self.worker.framework:
            blank = replace(blank, framework=f"TensorFlow {told['version']}, Python {told['python']}")
        if answer["status"] != "measured":
            return replace(
                blank,
                status=answer["status"],
                reason=answer["reason"],
                seconds=answer.get("seconds"),
                loaded_from=answer.get("loaded_from"),
                notes=tuple(answer.get("notes", ())),
            )
        return _measured(blank, answer)

    def _prepare(self, request: LossRequest) -> tuple[SourceText, Candidate, dict[str, Any]]:
        module = self._module(request)
        source, place = module.source, module.place
        candidate = _find(module, request)
        path = Path(request.path)
        package = place.name if path.stem == "__init__" else place.name.rpartition(".")[0]
        if request.inputs:
            declared = parse_inputs(request.inputs)
        else:
            pairs = read_pragmas(source).inputs_of(candidate.line)
            declared = with_predictions(parse_input(name, spec) for name, spec in pairs)
        plans = plans_for(candidate, declared, context=f"{path.stem} {_owner(candidate)}")
        first, *_ = sizes = self.options.batch_sizes
        return (
            source,
            candidate,
            {
                "path": str(path.resolve()),
                "module": place.name,
                "roots": list(place.roots),
                "qualname": candidate.qualname,
                "slice": slice_of(module.tree, candidate, package),
                "base": first,
                "copies": [size // first for size in sizes],
                "plans": [[spec.to_wire() for spec in plan] for plan in plans],
                "arguments": {
                    "given": dict(request.arguments),
                    "expressions": parse_arguments(request.expressions),
                    "guesses": dict(ARGUMENTS),
                },
                "seconds": self.options.timeout,
                "import_seconds": self.options.timeout * IMPORT_SHARE,
                "skip_import": source.no_module if request.text is None else NOT_IN_THE_FILE,
            },
        )

    def _module(self, request: LossRequest) -> _Module:
        """The file of a request, or the text that it brings along; files are read once."""
        if request.text is not None:
            return self._read(SourceText(request.path, request.text))
        if request.path not in self.modules:
            self.modules[request.path] = self._read(read_source(request.path))
        return self.modules[request.path]

    def _read(self, source: SourceText) -> _Module:
        tree, path = parse(source), Path(source.path)
        place = place_of(path, _projects(path, self.options.project))
        return _Module(source, tree, tuple(candidates(tree)), place)

    def _ask(
        self, path: str, wire: dict[str, Any], restarts: int = 0, spent: float = 0.0
    ) -> Mapping[str, Any]:
        """The worker's answer.

        If the module broke the worker while it was imported, once more without the module; if the framework gave
        up on inputs, with those that come after them, a few times and within the time limit.
        """
        wire["skip_import"] = wire["skip_import"] or self.bad_imports.get(path)
        stages: list[str] = []
        started = time.monotonic()
        try:
            answer = self.worker.ask(wire, self.options.timeout - spent, stages.append)
        except WorkerTimeout:
            ended, status = f"no result after {self.options.timeout:g} s", "timeout"
        except WorkerDied as error:
            ended, status = str(error), "crashed"
            spent += time.monotonic() - started
            if stages and error.signal in GIVING_UP and restarts < MOST_RESTARTS:
                rest = wire["plans"][wire["plans"].index(_tried(wire["plans"], stages)) + 1 :]
                if rest and spent < self.options.timeout:
                    return self._ask(path, {**wire, "plans": rest}, restarts + 1, spent)
        else:
            if reason := answer.get("import_error"):
                self.bad_imports[path] = reason
            if answer["threads_left"]:
                self.worker.close()
            return answer
        if stages or wire["skip_import"]:
            if stages and status == "crashed":
                fed = " ".join(str(_fed(spec, "float64")) for spec in _tried(wire["plans"], stages))
                ended = f"{ended}, fed {fed}"
            return {"status": status, "reason": ended}
        self.bad_imports[path] = f"importing its module: {ended}"
        again = self._ask(path, wire)
        if again["status"] == "measured" or again["status"] == "timeout":
            return again
        return {"status": status, "reason": f"importing its module: {ended}"}


def _tried(plans: Sequence[Any], stages: Sequence[str]) -> Any:
    """The plan that was being tried when the worker ended."""
    numbers = [
        int(number) for word, _, number in (stage.partition(" ") for stage in stages) if word == TRYING
    ]
    return plans[max([0, *numbers])]


def _placed(blank: Measured, source: SourceText, line: int) -> Measured:
    """The loss where a person finds it: in a notebook the line in its cell, and what of the trail is there too."""
    place = source.in_cell(Span(line, 1, line, 1))
    steps = (replace(step, span=source.in_cell(step.span)) for step in blank.trail)
    trail = tuple(step for step in steps if step.span.cell == place.cell)
    return replace(blank, line=place.line, cell=place.cell, trail=trail)


def _find(module: _Module, request: LossRequest) -> Candidate:
    found = [c for c in module.candidates if c.qualname == request.qualname]
    if not found and request.qualname.endswith("<lambda>"):
        raise LookupError("a lambda without a name cannot be asked for; bind it to one")
    if not found:
        raise LookupError(f"{request.qualname} is not in {request.path}")
    return next((c for c in found if c.line == request.line), found[-1])


def _owner(candidate: Candidate) -> str:
    """Names that may say what the loss is about: of the enclosing classes and functions, and of bases."""
    words = [getattr(parent, "name", "") for parent in candidate.parents]
    bases = [ast.unparse(b) for p in candidate.parents if isinstance(p, ast.ClassDef) for b in p.bases]
    return " ".join([*words, *bases])


def _measured(blank: Measured, answer: Mapping[str, Any]) -> Measured:
    judgement = judgement_of(answer)
    measurements = tuple(
        Measurement("replicate", draw, curve["variant"], n, value, gradient)
        for draw, curve in enumerate(answer["curves"], 1)
        for n, value, gradient in zip(curve["n"], curve["value"], curve["gradient"], strict=True)
    )
    result = replace(
        blank,
        status="measured",
        degree=judgement.degree,
        gradient_degree=judgement.gradient_degree,
        coupled=judgement.coupled,
        verdict=judgement.verdict.value,
        inputs=tuple(_fed(spec, answer["dtype"]) for spec in answer["inputs"]),
        measurements=measurements,
        split_gap=judgement.split_gap,
        drift=drift_of(answer["resample"]),
        graph_mode=answer["graph_mode"],
        seconds=round(answer["seconds"], 4),
        returns=answer["returns"],
        loaded_from=answer["loaded_from"],
        notes=tuple(answer["notes"]),
        exact=judgement.exact,
    )
    return replace(result, agrees=_agrees(result))


def _agrees(result: Measured) -> bool | None:
    """Whether the analysis inferred what was measured; ``None`` where it did not claim to know."""
    static = result.static
    if static is None or static.verdict == "unknown" or result.verdict == "unknown":
        return None
    same_coupling = static.coupled is None or static.coupled == result.coupled
    return same_coupling and (static.degree, static.verdict) == (result.degree, result.verdict)


def _fed(spec: Mapping[str, Any], dtype: str) -> Fed:
    if "value" in spec:
        return Fed(spec["name"], (), type(spec["value"]).__name__, f"literal {spec['value']!r}")
    bounds = f"[{spec['low']}..{spec['high']}]" if "high" in spec else ""
    stated = spec.get("dtype") or {"int": "int32", "index": "int32", "bool": "bool"}.get(
        spec["kind"], "float"
    )
    fed = dtype if stated == "float" else stated
    return Fed(spec["name"], tuple(spec["shape"]), fed, spec["kind"] + bounds)


def drift_of(resample: Mapping[str, Any]) -> Drift:
    """The expected value at the larger batch size over that at the smaller, as a ratio of means."""
    pairs = resample["pairs"]
    small, large = resample["small"], resample["large"]
    whole, parts = fmean(pair[0] for pair in pairs), fmean(pair[1] for pair in pairs)
    if parts == 0 or whole != whole:
        return Drift(small, large, None, None, None)
    ratio = whole / parts
    spread = stdev(a - ratio * b for a, b in pairs) / (abs(parts) * len(pairs) ** 0.5)
    reach = STUDENT[len(pairs)] * spread
    return Drift(small, large, ratio, ratio - reach, ratio + reach)
