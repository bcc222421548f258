"""Applying what was proved, round by round: what overlaps waits, what a fix uncovers is mended next, and it
ends.

Within a round all fixes were proved one by one on the same text. Together they are proved again; if they
disturb each other, only the first is taken and the others wait for the next round.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

from losslint.model import Edit, Finding, Fix, Loss
from losslint.source.text import SourceText

from .edits import applied, disjoint
from .prove import COUPLING, STATIC_SIZE, Analysed, Offer, Prover, State, Withheld, analysed

if TYPE_CHECKING:
    from losslint.config import AnalysisSettings
    from losslint.engine import ModuleResolver

MAX_ROUNDS = 20
APPLIED = ("safe", "suggested")


@dataclass(frozen=True, slots=True)
class Reading:
    """What running a loss said of its fix: the ``degree`` after it, or the ``reason`` why it is none."""

    degree: str | None = None
    reason: str = ""


Measure = Callable[[Finding, SourceText, SourceText], Reading]
"""Runs the loss of a finding in a source and in its fixed form."""


@dataclass(frozen=True, slots=True)
class Mended:
    """A file after its fixes: the findings and losses that it has now, and how many findings were fixed."""

    source: SourceText
    findings: tuple[Finding, ...]
    losses: tuple[Loss, ...]
    fixed: int = 0
    withheld: tuple[Withheld, ...] = ()


@dataclass(frozen=True)
class Mender:
    """How files are mended: which codes count, which findings are silenced, whether unsafe fixes are wanted.

    ``judge`` leaves of raw findings those that are selected and not suppressed, ``curable`` of these the ones that
    may be mended.
    """

    settings: AnalysisSettings
    is_on: Callable[[str], bool]
    judge: Callable[[SourceText, Sequence[Finding]], tuple[Finding, ...]]
    unsafe: bool = False
    measure: Measure | None = None
    known: dict[str, Analysed] = field(default_factory=dict)
    modules: ModuleResolver | None = None
    curable: Callable[[SourceText, Sequence[Finding]], Sequence[Finding]] = lambda _, findings: findings

    def offered(
        self, source: SourceText, findings: Sequence[Finding]
    ) -> tuple[tuple[Finding, ...], tuple[Withheld, ...]]:
        """The findings with their proved fixes, and the candidates that failed."""
        curable = self.curable(source, findings)
        offers = list(self._prover(source).offers(curable))
        if self.measure is not None:
            offers = [self._measured(source, offer, self.measure) for offer in offers]
        withheld = tuple(reason for offer in offers for reason in offer.withheld)
        cures = {finding: offer.fix for finding, offer in zip(curable, offers, strict=True)}
        return tuple(replace(finding, fix=cures.get(finding)) for finding in findings), withheld

    def _prover(self, source: SourceText) -> Prover:
        return Prover(source, self.settings, self.is_on, self.known, self.modules)

    def _analysed(self, source: SourceText) -> Analysed:
        return analysed(source, self.settings, self.known, self.modules)

    def _measured(self, source: SourceText, offer: Offer, measure: Measure) -> Offer:
        """An offer whose fix was run, too; only what must keep the value is taken on the analysis's word."""
        fix = offer.fix
        if fix is None or not fix.edits or fix.applicability == "safe":
            return offer
        reading = measure(offer.finding, source, applied(source, fix.edits))
        if reading.degree is not None:
            return replace(offer, fix=replace(fix, measured=reading.degree))
        refused = Withheld(offer.finding, fix.title, reading.reason)
        return replace(offer, fix=None, withheld=(*offer.withheld, refused))

    def mended(self, source: SourceText, findings: Sequence[Finding], losses: Sequence[Loss]) -> Mended:
        """The file after all fixes that may be applied, in as many rounds as it takes.

        ``findings`` are those of ``source`` with the fixes that were ``offered`` for them.
        """
        fixed = 0
        withheld: tuple[Withheld, ...] = ()
        seen = {source.text}
        for _ in range(MAX_ROUNDS):
            if fixed:
                findings, withheld = self.offered(source, findings)
            chosen = self._chosen(findings)
            if not chosen:
                break
            step = self._together(source, findings, chosen)
            if step is None or step.source.text in seen:
                break
            seen.add(step.source.text)
            source, findings, losses = step.source, step.findings, step.losses
            fixed += step.fixed
        return Mended(source, tuple(findings), tuple(losses), fixed, withheld)

    def _chosen(self, findings: Iterable[Finding]) -> list[Fix]:
        """Fixes that do not touch each other, in the order of the findings; equal ones once."""
        wanted = (*APPLIED, "unsafe") if self.unsafe else APPLIED
        # A size that is read when the loss runs has a name that the others can use in the next round.
        measured = {
            each.function for each in findings if each.code == STATIC_SIZE and _applies(each.fix, wanted)
        }
        chosen: list[Fix] = []
        for finding in findings:
            fix = finding.fix
            if fix is None or not _applies(fix, wanted):
                continue
            if finding.function in measured and finding.code != STATIC_SIZE:
                continue
            if all(disjoint(fix.edits, other.edits) for other in chosen):
                chosen.append(fix)
        return chosen

    def _together(
        self, source: SourceText, findings: Sequence[Finding], chosen: Sequence[Fix]
    ) -> Mended | None:
        for fixes in (chosen, chosen[:1]):
            edits = tuple(dict.fromkeys(edit for fix in fixes for edit in fix.edits))
            cured = _cured(findings, edits)
            if len(fixes) == 1 or self._agree(source, edits, cured):
                changed = applied(source, edits)
                now = self._analysed(changed)
                return Mended(changed, self.judge(changed, now.findings), now.losses, len(cured))
        return None

    def _agree(self, source: SourceText, edits: Sequence[Edit], cured: Sequence[Finding]) -> bool:
        """Whether several fixes together leave no more than each of them alone would."""
        before, after = State.of(self._analysed(source), self.is_on), self._prover(source).after(edits)
        if isinstance(after, str):
            return False
        gone = all((each.code, (each.span.line, each.span.column)) not in after.found for each in cured)
        if any(each.function and after.unexplained(each.function) for each in cured):
            return False
        return gone and all(each.code.startswith(COUPLING) for each in after.new(before))


def _applies(fix: Fix | None, wanted: Sequence[str]) -> bool:
    return fix is not None and bool(fix.edits) and fix.applicability in wanted


def _cured(findings: Iterable[Finding], edits: Sequence[Edit]) -> list[Finding]:
    """The findings whose whole fix is among the edits."""
    done = set(edits)
    return [
        finding
        for finding in findings
        if finding.fix and finding.fix.edits and done.issuperset(finding.fix.edits)
    ]
