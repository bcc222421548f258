"""What the fixes of the scale rules share: the ways of putting a degree right, best first.

A rule says what may cure its problem; the bench knows how the file spells it. Nothing here is certain to help: every
candidate is analysed again before it is offered.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Protocol

from losslint.rules._rule import Candidate

from losslint.analysis.outcome import Problem
from losslint.analysis.scope import Site
from losslint.analysis.values import Flaw, Kind, Step


class Bench(Protocol):
    """What can be done to the code of one finding. Each gives None where it has no meaning or no spelling."""

    @property
    def averaged(self) -> bool:
        """The framework averages what the loss returns, so that it may return one value per sample."""

    def per_sample(self, steps: Sequence[Step]) -> Candidate | None:
        """These reductions over the axes of a sample only."""

    def normaliser_per_sample(self, steps: Sequence[Step]) -> Candidate | None:
        """Sums that what they sum is divided by, likewise."""

    def over_features(self, site: Site) -> Candidate | None:
        """A variance over the axes of a sample instead of the batch."""

    def mean_per_sample(self, site: Site) -> Candidate | None:
        """A mean over the axes of a sample, and no longer over the batch."""

    def unbiased(self, site: Site) -> Candidate | None:
        """A variance over the batch times N / (N - 1)."""

    def global_average(self, steps: Sequence[Step]) -> Candidate | None:
        """These sums and means over what one replica sees as averages over the global batch."""

    def keeps_samples(self, site: Site) -> bool:
        """Whether the value made here still has one entry per sample."""

    @property
    def on_replicas(self) -> bool:
        """The value is differentiated on every replica of a strategy."""

    def scaled(self, steps: Sequence[Step]) -> Candidate | None:
        """The results of these reductions divided by as many entries as they ran over in the batch."""

    def scaled_return(self, problem: Problem) -> Candidate | None:
        """What the loss returns, divided by the power of the batch size that it scales with."""

    def compares_samples(self, steps: Sequence[Step]) -> bool:
        """Whether a reduction runs over pairs of samples, or over samples in an order: coupled by design."""

    def undivided(self, site: Site) -> Candidate | None:
        """This division taken away."""

    def summed(self, steps: Sequence[Step]) -> Candidate | None:
        """These means as sums, where what they average is normalised already."""

    def inside_root(self, site: Site) -> Candidate | None:
        """This division moved into the root that it divides."""

    def own_size(self, site: Site, subject: str) -> Candidate | None:
        """The divisor ``subject`` of this division replaced by the batch's own size."""

    def averaging(self, site: Site) -> Candidate | None:
        """The construction of a loss object told to average."""

    def averaged_value(self, site: Site) -> Candidate | None:
        """What is handed over here, averaged where it is computed."""

    def dynamic_size(self, site: Site) -> Candidate | None:
        """A static batch size read when the loss runs."""

    def stable_log_sum_exp(self, site: Site) -> Candidate | None:
        """A logarithm of a sum of exponentials as one call."""

    def guarded_division(self, site: Site) -> Candidate | None:
        """A division that survives a divisor of 0."""

    def sample_axes(self, site: Site) -> str:
        """The axes of one sample in what a call is given, as an argument; empty where a sample is a single number."""

    def takes_axes(self, site: Site) -> bool:
        """Whether this is a reduction that can be told its axes."""

    def unlike(self, site: Site) -> tuple[str, str, str] | None:
        """The operands of shape (N,) and (N, 1) that meet here, and the second without its last axis."""

    def text(self, site: Site) -> str:
        """The code of an expression on one line."""


def advice(text: str) -> Candidate:
    """What to do where no edit is right."""
    return Candidate(text, applicability="manual")


def flaws_at(problem: Problem, *kinds: Kind) -> list[Flaw]:
    """The flaws that a problem speaks of."""
    flaws = problem.of.flaws if problem.of is not None else ()
    return [flaw for flaw in flaws if flaw.kind in kinds and flaw.step.site == problem.site]


def normalised(
    problem: Problem, bench: Bench, steps: Sequence[Step], *, reduced_again: bool = False
) -> Iterator[Candidate]:
    """Batch sums put right: per sample where somebody averages, else over the batch.

    ``reduced_again``: a mean over the batch follows, so that a value per sample is welcome in any loss.
    """
    sunk = [bench.undivided(site) for site in _sunk(problem)]
    for candidate in _normalised(problem, bench, steps, reduced_again):
        yield candidate
        if sunk:
            yield from offered(together(candidate, *sunk))


def _normalised(
    problem: Problem, bench: Bench, steps: Sequence[Step], reduced_again: bool
) -> Iterator[Candidate]:
    if bench.on_replicas:
        yield from offered(bench.global_average(steps))
    if bench.averaged or reduced_again:
        yield from offered(bench.per_sample(steps))
    yield from offered(bench.scaled(steps))
    yield from offered(bench.scaled_return(problem))
    yield from offered(bench.per_sample(steps))


def _sunk(problem: Problem) -> list[Site]:
    """The divisions that took a part of a value below degree 0, the last one first."""
    flaws = problem.of.flaws if problem.of is not None else ()
    return [flaw.step.site for flaw in reversed(flaws) if flaw.kind is Kind.SUNK]


def less_divided(problem: Problem, bench: Bench) -> Iterator[Candidate]:
    """Divisions that took a value below degree 0 taken back."""
    sunk = [flaw for flaw in (problem.of.flaws if problem.of is not None else ()) if flaw.kind is Kind.SUNK]
    for flaw in reversed(sunk):
        site = flaw.step.site
        yield from offered(
            bench.undivided(site),
            together(bench.per_sample(flaw.sources), bench.undivided(site)),
            bench.inside_root(site),
            bench.normaliser_per_sample(flaw.sources),
        )
    if sunk and problem.of is not None:
        yield from offered(bench.summed(problem.of.reduced[-1:]))


def by_hand(bench: Bench, steps: Sequence[Step]) -> Iterator[Candidate]:
    """What to do about batch sums for which no edit was right."""
    named = " and ".join(dict.fromkeys(f"`{text}`" for step in steps[:2] if (text := bench.text(step.site))))
    if named:
        yield advice(
            f"take {named} over one sample and the mean over the batch after it, or divide by the batch size"
        )


def together(*parts: Candidate | None) -> Candidate | None:
    """Several changes as one; None if any has no meaning."""
    known = [part for part in parts if part is not None]
    if len(known) < len(parts):
        return None
    titles = dict.fromkeys(part.title for part in known)
    edits = dict.fromkeys(edit for part in known for edit in part.edits)
    return Candidate("; ".join(titles), tuple(edits))


def offered(*candidates: Candidate | None) -> Iterator[Candidate]:
    """The candidates that have a meaning."""
    yield from (candidate for candidate in candidates if candidate is not None)
