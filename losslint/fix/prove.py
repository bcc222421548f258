"""A fix is offered only when analysing the fixed file shows that its finding is gone and no other has come.

A warning that samples are coupled may remain where they were coupled before: the scale finding, which says
more, stood in front of it. Such a fix is taken only if no other leaves nothing behind.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

from losslint.engine import examine_source
from losslint.model import Edit, Finding, Fix, Loss, Returns
from losslint.rules import _registry
from losslint.rules._rule import Candidate
from losslint.source.text import EditRefused, ParseFailure, SourceText

from .bench import Workbench
from .clashes import clashes
from .edits import Place, applied, origin
from .parts import Part, parts
from .sight import Sight

if TYPE_CHECKING:
    from losslint.config import AnalysisSettings
    from losslint.engine import ModuleResolver, Suspect

Key = tuple[str, Place]
"""What stays of a finding when text before it changes: its code and its place in the original."""
SCALE, COUPLING = "LL1", "LL2"
STATIC_SIZE = "LL107"
"""A scale finding that says nothing of the degree."""
WANTED = "0"


@dataclass(frozen=True, slots=True)
class Analysed:
    """What the analysis says of a text. ``clashes``: how many operations have operands that hardly fit."""

    findings: tuple[Finding, ...]
    losses: tuple[Loss, ...]
    clashes: int = 0


@dataclass(frozen=True, slots=True)
class Withheld:
    """A candidate that was not offered, and why."""

    finding: Finding
    title: str
    reason: str

    def __str__(self) -> str:
        return f"{self.finding.code}: fix withheld ({self.title}): {self.reason}"


@dataclass(frozen=True, slots=True)
class Offer:
    """A finding with the fix that was proved for it, if one was, and what was tried in vain."""

    finding: Finding
    fix: Fix | None
    withheld: tuple[Withheld, ...] = ()


class NotShown(Exception):
    """A part of a file does not show a finding of the file, or all that its fix would change."""


@dataclass(frozen=True)
class Prover:
    """One file, and what changes of it come to. ``is_on`` says which codes count."""

    source: SourceText
    settings: AnalysisSettings
    is_on: Callable[[str], bool]
    known: dict[str, Analysed] = field(default_factory=dict)
    """Texts that were analysed already."""
    modules: ModuleResolver | None = None
    """Where imports lead; without it, to what is on disk."""
    part: Part | None = None
    """What part of a file the text is, if it is no whole one."""

    def offers(self, findings: Sequence[Finding]) -> Iterator[Offer]:
        """A proved fix for each of these findings, as far as there is one."""
        if not any(_registry.load(finding.code).fix for finding in findings):
            yield from (Offer(finding, None) for finding in findings)
            return
        made: dict[Finding, Offer] = {}
        for part in parts(self.source, findings):
            made.update((offer.finding, offer) for offer in self._offers_on(part))
        yield from (made[finding] for finding in findings)

    def _offers_on(self, part: Part) -> list[Offer]:
        """The same for one part; on the whole file, if the part does not show what the file shows."""
        if part.source is not self.source:
            with suppress(NotShown):
                alone = replace(self, source=part.source, known={}, part=part)
                return list(alone._offers(part.findings))
        return list(self._offers(part.findings))

    def _offers(self, findings: Sequence[Finding]) -> Iterator[Offer]:
        """The same, all on this text. Raises NotShown for a finding that a part does not show."""
        examined = examine_source(self.source, self.settings, self.modules)
        suspects: dict[object, Suspect] = {}
        for (
            suspect
        ) in examined.suspects:  # of a helper that several losses call, that of the loss which is accused
            accused = suspect.finding
            suspects.setdefault((accused.code, accused.span, accused.function), suspect)
        everything = tuple(suspect.finding for suspect in suspects.values())
        clashing = clashes(examined.recordings)
        before = State.of(Analysed(everything, examined.losses, clashing), self.is_on)
        tried: dict[frozenset[Edit], State | str] = {}
        for finding in findings:
            found = suspects.get((finding.code, finding.span, finding.function))
            rule = _registry.load(finding.code)
            if found is None and rule.fix is not None and self.part is not None:
                raise NotShown
            if found is None or rule.fix is None:
                yield Offer(finding, None)
                continue
            sight = Sight(found, examined.index)
            value = found.problem.of
            if value is not None and sight.asked_for(value.raised):
                yield Offer(finding, Fix(ASKED_FOR, "manual"))
                continue
            bench = Workbench(sight)
            yield self._proved(finding, rule.fix(found.problem, bench), bench, before, tried)

    def _proved(
        self,
        finding: Finding,
        candidates: Iterable[Candidate],
        bench: Workbench,
        before: State,
        tried: dict[frozenset[Edit], State | str],
    ) -> Offer:
        second: Fix | None = None
        advice: Fix | None = None
        withheld: list[Withheld] = []
        judged_already: set[frozenset[Edit]] = set()
        for candidate in candidates:
            if not candidate.edits:
                advice = advice or Fix(candidate.title, "manual")
                continue
            key = frozenset(candidate.edits)
            if key in judged_already:
                continue
            judged_already.add(key)
            if self.part is not None and not self.part.allows(candidate.edits):
                raise NotShown
            if key not in tried:
                tried[key] = self.after(candidate.edits)
            after = tried[key]
            reason = (
                after if isinstance(after, str) else judged(finding, before, after, averaged=bench.averaged)
            )
            fix = Fix(candidate.title, candidate.applicability, candidate.edits, reanalysed=True)
            if not reason:
                return Offer(finding, fix, tuple(withheld))
            if reason == STILL_COUPLED:
                second = second or fix
            else:
                withheld.append(Withheld(finding, candidate.title, reason))
        return Offer(finding, second or advice, tuple(withheld))

    def after(self, edits: Sequence[Edit]) -> State | str:
        """What the analysis says of the file after some edits, or why there is no such file."""
        try:
            analysis = analysed(applied(self.source, edits), self.settings, self.known, self.modules)
            return State.of(analysis, self.is_on, origin(self.source, edits))
        except EditRefused as error:
            return str(error)
        except ParseFailure as failure:
            return f"the result does not parse: {failure.message}"


def analysed(
    source: SourceText,
    settings: AnalysisSettings,
    known: dict[str, Analysed],
    modules: ModuleResolver | None = None,
) -> Analysed:
    """The findings and losses of a text, once. Raises ParseFailure."""
    if source.text not in known:
        examined = examine_source(source, settings, modules)
        found = {(each.finding.code, each.finding.span): each.finding for each in reversed(examined.suspects)}
        known[source.text] = Analysed(tuple(found.values()), examined.losses, clashes(examined.recordings))
    return known[source.text]


ASKED_FOR = "an option asks for this sum: call it with the option that averages, or divide what it returns"
STILL_COUPLED = "samples stay coupled"


@dataclass(frozen=True)
class State:
    """What analysis says of one version of a file: findings by code and original place, losses by name."""

    found: Mapping[Key, Finding]
    losses: Mapping[str, Loss]
    clashes: int = 0

    @classmethod
    def of(
        cls,
        analysis: Analysed,
        is_on: Callable[[str], bool],
        origin: Callable[[Place], Place] = lambda place: place,
    ) -> State:
        """Only what is switched on counts. ``origin`` tells where a place was before the edits."""
        found = {
            (finding.code, origin((finding.span.line, finding.span.column))): finding
            for finding in analysis.findings
            if is_on(finding.code)
        }
        return cls(found, {loss.qualname: loss for loss in analysis.losses}, analysis.clashes)

    def new(self, before: State) -> list[Finding]:
        """The findings that were not there before."""
        return [finding for key, finding in self.found.items() if key not in before.found]

    def unexplained(self, name: str) -> bool:
        """Whether a loss has a degree other than 0 and no finding that says so."""
        loss = self.losses.get(name)
        said = (each.code for each in self.found.values() if each.function == name)
        explained = any(code.startswith(SCALE) and code != STATIC_SIZE for code in said)
        return loss is not None and loss.degree not in (WANTED, "unknown") and not explained


def judged(finding: Finding, before: State, after: State, *, averaged: bool = True) -> str:
    """Why a change is no fix of a finding; empty if it is one, ``STILL_COUPLED`` if it is one with a rest."""
    if (finding.code, (finding.span.line, finding.span.column)) in after.found:
        return f"{finding.code} would remain"
    if after.clashes > before.clashes:
        return "what comes out would hardly fit where it is used"
    for name, loss in before.losses.items():
        now = after.losses.get(name)
        if now is None:
            return f"{name} would not be recognised as a loss any more"
        if now.degree == "unknown" and loss.degree != "unknown":
            return f"the degree of {name} would not be known any more"
        if now.returns is Returns.PER_SAMPLE is not loss.returns and not averaged:
            return f"{name} would return {now.returns.value} instead of {loss.returns.value}"
        if name == finding.function and after.unexplained(name):
            return f"{name} would scale with the degree {now.degree}"
    new = after.new(before)
    if not new:
        return ""
    coupled = {name for name, loss in before.losses.items() if loss.coupled}
    if all(each.code.startswith(COUPLING) and each.function in coupled for each in new):
        return STILL_COUPLED
    return f"{new[0].code} would appear in {new[0].function}"
