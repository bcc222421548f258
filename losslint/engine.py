"""From one source file to its findings and losses: the seam between the analysis and everything around it."""

from __future__ import annotations

import ast
import re
from collections.abc import Callable, Iterable, Iterator
from contextlib import suppress
from dataclasses import field, replace
from functools import cache, cached_property
from pathlib import Path
from typing import TYPE_CHECKING

from losslint import entering, naming
from losslint.analysis import classes
from losslint.analysis.budget import OutOfBudget
from losslint.analysis.degree import spell
from losslint.analysis.interpreter import Interpreter
from losslint.analysis.optable import OpTable, builtin_table
from losslint.analysis.outcome import Outcome, Problem, settle
from losslint.analysis.program import Program
from losslint.analysis.recording import Recording
from losslint.analysis.scope import ClassRef, Scope, Site
from losslint.analysis.values import Const, Either, Tensor, Unknown, Value, tensor
from losslint.analysis.vocabulary import Vocabulary
from losslint.evaluation import Evaluation
from losslint.frozen import dataclass
from losslint.handed import Handed, traced
from losslint.model import Binding, Finding, Loss, Span, TrailStep, Verdict
from losslint.rules import _registry
from losslint.source.comments import NO_PRAGMAS, Pragmas, read_pragmas
from losslint.source.entries import Entry, find_entries
from losslint.source.index import ModuleIndex
from losslint.source.places import surroundings
from losslint.source.resolver import Resolver
from losslint.source.sinks import script_statements
from losslint.source.text import ParseFailure, SourceText, parse

if TYPE_CHECKING:
    from losslint.config import AnalysisSettings

ModuleResolver = Callable[[str], ModuleIndex | None]
"""Finds a module of the project by dotted name."""

_STRATEGY = re.compile(
    r"MirroredStrategy|TPUStrategy|distribute\.|compute_average_loss|num_replicas_in_sync|ParameterServerStrategy"
)


def check_source(
    source: SourceText,
    settings: AnalysisSettings,
    resolver: ModuleResolver | None = None,
    *,
    listed: bool = True,
) -> tuple[tuple[Finding, ...], tuple[Loss, ...]]:
    """Find and judge the losses of one file. Raises ParseFailure if it is not Python, TableError for a bad table.

    Not ``listed`` losses only have a name and a verdict: no reason for it, and nothing that their statements bind.
    """
    check = replace(_check(source, settings, resolver), listed=listed)
    return _guarded(check)


@dataclass(frozen=True, slots=True)
class Suspect:
    """A finding with what a fix needs: the problem, the outcome it is one of, and what the run saw."""

    finding: Finding
    problem: Problem
    outcome: Outcome
    recording: Recording


@dataclass(frozen=True, slots=True)
class Examined:
    """A check with everything that a fix needs."""

    index: ModuleIndex
    suspects: tuple[Suspect, ...]
    losses: tuple[Loss, ...]
    recordings: tuple[Recording, ...] = ()


def examine_source(
    source: SourceText, settings: AnalysisSettings, resolver: ModuleResolver | None = None
) -> Examined:
    """``check_source`` for those who mend: the same findings, and what led to them. Raises the same."""
    check = replace(_check(source, settings, resolver), suspects=[], recordings=[], listed=False)
    _, losses = _guarded(check)
    return Examined(check.index, tuple(check.suspects or ()), losses, tuple(check.recordings))


def _check(source: SourceText, settings: AnalysisSettings, resolver: ModuleResolver | None) -> Check:
    tree = parse(source)
    pragmas = read_pragmas(source) if "losslint" in source.text else NO_PRAGMAS
    index = ModuleIndex(source.path, source.lines, tree, *_module_name(source.path))
    return Check(source, index, settings, pragmas, resolver or Resolver.for_file(source.path))


def _guarded(check: Check) -> tuple[tuple[Finding, ...], tuple[Loss, ...]]:
    try:
        return check.run()
    except RecursionError:
        raise ParseFailure(1, 1, "expressions are nested too deeply to be analysed") from None


def _module_name(path: str) -> tuple[str, bool]:
    """The dotted name of a file, from the packages around it."""
    file = Path(path).absolute()
    is_package = file.stem == "__init__"
    own = () if is_package else (file.stem,)
    return ".".join((*surroundings(str(file.parent)).packages, *own)), is_package


@cache
def _table(extra: tuple[Path, ...]) -> OpTable:
    return builtin_table().with_files(extra) if extra else builtin_table()


@dataclass
class Check:
    """One file under analysis."""

    source: SourceText
    index: ModuleIndex
    settings: AnalysisSettings
    pragmas: Pragmas
    resolver: ModuleResolver
    suspects: list[Suspect] | None = None
    """What is found, for those who mend; None when nobody will."""
    recordings: list[Recording] = field(default_factory=list)
    listed: bool = True
    """Whether somebody wants to see the losses: where their statements stand costs as much as reading them."""
    _lambdas: set[Span] = field(default_factory=set)
    """Where the lambdas stand that were judged: a script may run what a function of the module does."""

    def run(self) -> tuple[tuple[Finding, ...], tuple[Loss, ...]]:
        """All findings and losses of the file."""
        self.table = _table(self.settings.ops)
        self.vocabulary = Vocabulary(
            batch_arguments=self.settings.batch_arguments, other_arguments=self.settings.other_arguments
        )
        program = Program(self.table, self.resolver)
        self.scout = Interpreter(program, self.vocabulary, self.index)
        self.handed = Handed(self.index)
        findings: dict[tuple[str, object], Finding] = {}
        losses: list[Loss] = []
        helpers: list[tuple[Entry, list[Finding]]] = []
        of_data: set[str] = set()
        entries = find_entries(
            self.index,
            naming.words(self.settings, self.vocabulary, self.index.path),
            self.pragmas.is_loss,
            self._is_loss_class,
        )
        updating = "assign" in self.source.text or "apply_gradients" in self.source.text
        evaluation = Evaluation(
            self.index,
            self.pragmas,
            self.handed,
            {one.qualname: one.node for one in entries if updating and entering.updated_weights(one.node)},
        )
        for entry in entries:
            run = self._interpreter(program)
            try:
                value = evaluation.of(run, entry)
            except OutOfBudget:
                value = Unknown(f"{entry.qualname} (too large)")
            outcome = settle(value)
            judged = list(self.handed.outcomes(run, entry))
            if self.handed.only_of_data(run):
                of_data.add(entry.qualname)
            if outcome.options and entry.found_by != "use":
                losses.append(self._loss(run, entry, outcome))
                if not (entry.metric or entry.found_by in ("gradient", "add_loss")):
                    returned = replace(outcome, found_by=entry.found_by, traced=traced(run, entry))
                    if entry.is_helper:
                        own = self._findings(entry.qualname, entry.line, returned, run)
                        helpers.append((entry, list(own)))
                    else:
                        judged.insert(0, returned)
            for one in judged:
                for finding in self._findings(entry.qualname, entry.line, one, run):
                    findings.setdefault((finding.code, finding.span), finding)
            for finding in self._inline(run, losses) if entry.found_by == "use" else ():
                findings.setdefault((finding.code, finding.span), finding)
            if self.suspects is None:
                run.release()
        followed = {loss.qualname for loss in losses if loss.verdict is not Verdict.UNKNOWN}
        known = {callers: len(callers & followed) for callers in {entry.callers for entry, _ in helpers}}
        for entry, own in helpers:  # judged by its callers, if another of them could be followed to its end
            if entry.callers <= of_data:  # each sample gets its own gradient, however they are summed
                continue
            itself = entry.qualname in followed and entry.qualname in entry.callers
            for finding in own if known[entry.callers] == itself else ():
                findings.setdefault((finding.code, finding.span), finding)
        for statement in script_statements(self.index):
            run = self._interpreter(program)
            self._run_script(run, statement)
            for one in self.handed.outcomes(run, None):
                for finding in self._findings("<module>", statement.lineno, one, run):
                    findings.setdefault((finding.code, finding.span), finding)
            for finding in self._inline(run, losses):
                findings.setdefault((finding.code, finding.span), finding)
            if self.suspects is None:
                run.release()
        self.scout.release()
        losses.sort(key=lambda loss: loss.line)
        return tuple(findings.values()), tuple(losses)

    def _inline(self, run: Interpreter, losses: list[Loss]) -> Iterator[Finding]:
        """Judge the lambdas that are compiled where they are written; they join ``losses``."""
        run.entry = self.index
        for closure, node, value in self.handed.inline(run):
            place, outcome = closure.scope.slice.span(closure.node), settle(value)
            if not outcome.options or place in self._lambdas:
                continue
            self._lambdas.add(place)
            entry = Entry(closure.qualname, place.line, node, "compile")
            losses.append(self._loss(run, entry, outcome))
            returned = replace(outcome, found_by="compile", traced=traced(run, entry))
            yield from self._findings(closure.qualname, place.line, returned, run)

    def _interpreter(self, program: Program) -> Interpreter:
        recording = None
        if self.suspects is not None:
            recording = Recording()
            self.recordings.append(recording)
        return Interpreter(program.branch(), self.vocabulary, self.index, recording=recording)

    def _run_script(self, run: Interpreter, statement: ast.stmt) -> None:
        """Run a module-level statement for what it hands over."""
        scope = Scope(self.index, self.index.slice_of(statement), outer=run.program.scope_of(self.index))
        run.budget.hurry()
        with suppress(OutOfBudget):
            run.execute_statement(statement, scope)

    # -- finding losses -------------------------------------------------------------------------------------------

    def _is_loss_class(self, node: ast.ClassDef) -> bool:
        if node.name.endswith("Loss") or node.name.startswith("Loss"):
            return True
        qualname = self.index.class_names.get(node, node.name)
        return classes.is_loss_class(self.scout, ClassRef(self.index, qualname, node))

    # -- reporting ------------------------------------------------------------------------------------------------

    @cached_property
    def _framework(self) -> str:
        text = self.source.text
        for word, name in (
            ("tensorflow", "tensorflow"),
            ("tf_keras", "tensorflow"),
            ("keras", "keras"),
            ("torch", "torch"),
            ("jax", "jax"),
        ):
            if re.search(rf"^\s*(?:import|from)\s+{word}\b", text, re.MULTILINE):
                return name
        return "tensorflow"

    @cached_property
    def _distributed(self) -> bool:
        return bool(_STRATEGY.search(self.source.text))

    def _loss(self, run: Interpreter, entry: Entry, outcome: Outcome) -> Loss:
        return Loss(
            path=self.source.path,
            qualname=entry.qualname,
            line=entry.line,
            framework=self._framework,
            found_by=entry.found_by,
            returns=outcome.returns,
            degree=spell(outcome.degree),
            gradient_degree=spell(outcome.gradient_degree),
            coupled=outcome.coupled,
            verdict=outcome.verdict,
            why=outcome.why if self.listed else "",
            unknowns=outcome.unknowns,
            bindings=tuple(_binding(bound.site, bound.target, bound.value) for bound in run.bound)
            if self.listed
            else (),
        )

    def _of_arrays(self, run: Interpreter) -> bool:
        """Whether a run met NumPy and no framework; methods such as ``x.sum()`` are torch's as well."""
        return "numpy" in run.frameworks and run.frameworks <= (
            {"numpy"} if self._framework == "torch" else {"numpy", "tensor"}
        )

    def _findings(self, function: str, line: int, outcome: Outcome, run: Interpreter) -> Iterable[Finding]:
        if self._of_arrays(run):  # no gradient flows through it: a metric or a target
            return
        outcome = replace(outcome, distributed=self._distributed)
        for code in _registry.codes():
            rule = _registry.load(code)
            for problem in rule.find(outcome):
                if problem.site.slice.lines is not self.index.lines:
                    continue  # in another module, which has findings of its own
                value = problem.of or outcome.options[0].value
                found = Finding(
                    code=rule.code,
                    name=rule.name,
                    severity=rule.severity,
                    message=problem.message,
                    path=self.source.path,
                    span=problem.site.span,
                    function=function,
                    function_line=line,
                    framework=self._framework,
                    degree=spell(value.degree),
                    gradient_degree=spell(value.slope) if value.slope is not None else "0",
                    coupled=outcome.coupled,
                    trail=tuple(TrailStep(step.site.span, step.message) for step in problem.trail),
                )
                if self.suspects is not None and run.recording is not None:
                    self.suspects.append(Suspect(found, problem, outcome, run.recording))
                yield found


def _binding(site: Site, target: str, value: Value) -> Binding:
    shown = value
    if isinstance(shown, Either):
        parts = [_binding(site, target, option) for _, option in shown.options]
        return Binding(
            site.span,
            target,
            *(
                " | ".join(dict.fromkeys(getattr(part, name) for part in parts))
                for name in ("degree", "spread", "axes")
            ),
        )
    if isinstance(shown, (Tensor, Const, Unknown)) and not (
        isinstance(shown, Const) and not isinstance(shown.value, (int, float))
    ):
        whole = tensor(shown)
        return Binding(site.span, target, spell(whole.degree), whole.spread.name.lower(), whole.axes.spell())
    return Binding(site.span, target, "-", "-", type(shown).__name__.lower())
