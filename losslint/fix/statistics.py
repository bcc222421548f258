"""Variances over the batch without their bias."""

from __future__ import annotations

from dataclasses import dataclass

import libcst as cst

from losslint.analysis.axes import Axes
from losslint.analysis.degree import ONE
from losslint.analysis.scope import Site
from losslint.rules._rule import Candidate

from .naming import BATCH_SIZE, Naming, candidate
from .places import Phrase, factored
from .sums import Sum
from .tree import code_of

UNBIASED = "multiply by n / (n - 1), which takes the bias away; samples stay coupled"
VARIANCE = ("reduce_variance", "var")
"""A standard deviation has a bias that no factor takes away wholly."""
ENTRIES = ("entries", "n_entries")


@dataclass(frozen=True, eq=False)
class Statistics(Naming):
    """What can be done to a statistic over the batch."""

    def unbiased(self, site: Site) -> Candidate | None:
        """Bessel's factor behind a variance over the batch; a batch of one keeps its variance of 0."""
        total = self.sight.sum(site)
        operand = self.sight.tensor(total.operand) if total is not None else None
        speech = next(self.sight.families(site), None)
        if total is None or operand is None or total.name not in VARIANCE or speech is None:
            return None
        number = self._number(site, total, operand.axes)
        if number is None:
            return None
        n = number.text
        factor = f" * {n} / {speech.alias}.maximum({n} - 1.0, 1.0)"
        edits = factored(self.sight.tree(site), total.node, factor)
        return candidate(UNBIASED, [number.needs, edits])

    def _number(self, site: Site, total: Sum, axes: Axes) -> Phrase | None:
        """How many values a statistic is taken of, by name."""
        first = axes.at(0)
        if axes.batches != 1 or first is None or first.extent != ONE or first.data:
            return None
        if axes.rank == 1 or (not total.over_all and total.indices == (0,)):
            known = self.sight.count(site)
            if known is not None and known.text.isidentifier():
                return known
            return self.name([site], BATCH_SIZE, self.sight.count)
        if not total.over_all or not isinstance(total.operand, cst.Name):
            return None
        name = code_of(total.operand)

        def entries(place: Site) -> Phrase | None:
            speech = next(self.sight.families(place), None)
            if speech is None or name not in dict(self.sight.names(place)):
                return None
            return Phrase(speech.number(speech.says(speech.family.entries, x=name), name), speech.needs)

        return self.name([site], ENTRIES, entries)
