"""Means over what one replica sees, put right by ``tf.nn.compute_average_loss``.

It is left to find the size of the global batch, which is right on a partial batch too; a constant would not be.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from losslint.analysis.scope import Site
from losslint.analysis.values import Step
from losslint.model import Edit
from losslint.rules._rule import Candidate

from .dialect import TENSORFLOW
from .naming import candidate
from .per_sample import PerSample
from .places import around
from .sight import has_batch_first
from .sums import MEAN_OF, MEANS

GLOBAL = "average over the global batch, as the gradients of the replicas are added"


@dataclass(frozen=True, eq=False)
class Replicas(PerSample):
    """What can be done to the loss of a step that runs on every replica."""

    def global_average(self, steps: Sequence[Step]) -> Candidate | None:
        """These sums and means over the samples of a replica as averages over those of all."""
        return candidate(GLOBAL, [self._averaged(self.sight.local(step)) for step in steps])

    def _averaged(self, site: Site) -> tuple[Edit, ...] | None:
        total = self.sight.sum(site)
        alias = self.sight.dialect(site).alias(TENSORFLOW)
        if total is None or alias is None or not total.over_all or total.name not in {*MEAN_OF, *MEANS}:
            return None
        operand = self.sight.tensor(total.operand)
        if operand is None or not has_batch_first(operand):
            return None
        tree = self.sight.tree(site)
        average = f"{alias}.nn.compute_average_loss"
        if total.name in MEAN_OF or operand.axes.rank == 1:
            if len(total.node.args) != 1 or total.node.args[0].keyword is not None:
                return None
            return (Edit(tree.span(total.node.func), average),)
        axes = self._axes(site, 1, MEANS)
        inner = None if axes is None else self._reduced(site, axes)
        return None if inner is None else (*inner, *around(tree, total.node, f"{average}({{x}})"))
