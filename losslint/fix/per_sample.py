"""Reductions over the axes of one sample only, so that a loss returns one value per sample."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass

import libcst as cst

from losslint.analysis.axes import Axes
from losslint.analysis.degree import ONE
from losslint.analysis.scope import Site
from losslint.analysis.values import Step
from losslint.model import Edit, Span
from losslint.rules._rule import Candidate

from .dialect import TENSORFLOW
from .naming import Naming, candidate
from .places import Phrase, before, behind, divisible, is_atom, line_end
from .sums import MEAN_OF, MEANS, OTHERS, SQUARES, VARIANCES, Sum
from .tree import code_of

PER_SAMPLE = "sum over the axes of one sample only, and leave the mean over the batch to Keras"
PER_SAMPLE_FIRST = "sum over the axes of one sample only"
MEAN_PER_SAMPLE = "average over the axes of one sample only, and leave the mean over the batch to Keras"
NORMALISER = "normalise each sample by its own sum"
OVER_FEATURES = "take it over the features of each sample, so that samples do not meet"
SUMS = (*MEAN_OF, SQUARES, *OTHERS)
SAMPLE_AXES = ("sample_axes", "feature_axes")


@dataclass(frozen=True, eq=False)
class PerSample(Naming):
    """What can be done to the axes of the reductions of one suspect."""

    def per_sample(self, steps: Sequence[Step]) -> Candidate | None:
        """These sums over the axes of a sample only."""
        title = PER_SAMPLE if self.averaged else PER_SAMPLE_FIRST
        return self._over_samples(title, [self.sight.local(step) for step in steps], 1, SUMS)

    def normaliser_per_sample(self, steps: Sequence[Step]) -> Candidate | None:
        """Sums that what they sum is divided by, over the axes of a sample: it has some, and they are kept."""
        sites = [self.sight.local(step) for step in steps]
        sums = [self.sight.sum(site) for site in sites]
        if not all(total is not None and total.keeps_axes for total in sums):
            return None
        return self._over_samples(NORMALISER, sites, 2, SUMS)

    def over_features(self, site: Site) -> Candidate | None:
        """A statistic over the axes of a sample instead of the batch."""
        return self._over_samples(OVER_FEATURES, [site], 2, VARIANCES)

    def mean_per_sample(self, site: Site) -> Candidate | None:
        """A mean over the axes of a sample instead of the batch as well."""
        return self._over_samples(MEAN_PER_SAMPLE, [site], 1, MEANS)

    def sample_axes(self, site: Site) -> str:
        """The axes of one sample in what a call is given, as an argument; empty where a sample is a single number."""
        given = [argument.value for argument in site.node.args] if isinstance(site.node, cst.Call) else []
        value = self.sight.tensor(given[0]) if given else None
        rank = value.axes.rank if value is not None and value.axes.batches == 1 else None
        return LAST if rank is None else _axes_behind_the_first(rank)

    def takes_axes(self, site: Site) -> bool:
        """Whether this is a reduction that can be told its axes."""
        return self.sight.sum(site) is not None

    def _over_samples(
        self, title: str, sites: Sequence[Site], least_rank: int, names: Collection[str]
    ) -> Candidate | None:
        axes = [self._axes(site, least_rank, names) for site in sites]
        shared = self._named_axes(sites, axes)
        if shared is not None:
            axes = [shared.text] * len(axes)
        edits = [
            None if text is None else self._reduced(site, text)
            for site, text in zip(sites, axes, strict=True)
        ]
        return candidate(title, [*edits, shared.needs] if shared is not None else edits)

    def _named_axes(self, sites: Sequence[Site], axes: Sequence[str | None]) -> Phrase | None:
        """A name for axes that have to be counted, where they are written more than once or are long."""
        text = axes[0] if axes else None
        if text is None or not text.startswith(COUNTED) or len(set(axes)) > 1:
            return None
        holder = text[len(COUNTED) :].partition(".")[0]

        def counted(site: Site) -> Phrase | None:
            seen = dict(self.sight.visible(site, lambda value: True))
            return Phrase(text) if holder in seen else None

        return self.named(sites, SAMPLE_AXES, [text] * len(sites), counted)

    def _axes(self, site: Site, least_rank: int, names: Collection[str]) -> str | None:
        """The axes of one sample as an argument for a reduction; None if it is none of the ``names`` over a batch."""
        total = self.sight.sum(site)
        if total is None or total.name not in names:
            return None
        operand = self.sight.tensor(total.operand)
        if operand is None or operand.axes.batches != 1 or operand.axes.least_rank < least_rank:
            return None
        first = operand.axes.at(0)
        if first is None or first.extent != ONE or first.data:
            return None
        if total.over_all:
            axes = self._feature_axes(site, total, operand.axes)
        else:
            kept = tuple(index for index in total.indices or () if index != 0)
            axes = f"[{', '.join(map(str, kept))}]" if kept and len(kept) < len(total.indices or ()) else None
        return None if axes is None or (total.name == "norm" and axes != "-1") else axes

    def _feature_axes(self, site: Site, total: Sum, axes: Axes) -> str | None:
        """The axes of one sample as an argument; empty text if a sample is a single number."""
        if axes.rank is not None:
            return _axes_behind_the_first(axes.rank)
        operand = total.operand
        if isinstance(operand, cst.Name):
            return f"{COUNTED}{operand.value}.shape)))"
        alike = next(
            (name for name, value in self.sight.names(site) if value.axes == axes and not axes.loose), None
        )
        return f"{COUNTED}{alike}.shape)))" if alike is not None else None

    def _reduced(self, site: Site, axes: str) -> tuple[Edit, ...] | None:
        """A reduction with these axes."""
        total, tree = self.sight.sum(site), self.sight.tree(site)
        assert total is not None
        if total.name == SQUARES:
            return self._squares(site, total, axes)
        if axes == "":
            inner = code_of(total.operand)
            if total.keeps_axes or self.sight.binds(
                site, inner
            ):  # `loss = sum(loss)` would become `loss = loss`
                return None
            return (Edit(tree.span(total.node), inner if is_atom(total.operand) else f"({inner})"),)
        if total.axis is not None:
            return (Edit(tree.span(total.axis.value), axes),)
        return self._argument(site, total, f"axis={axes}")

    def _argument(self, site: Site, total: Sum, argument: str) -> tuple[Edit, ...]:
        """Edits that add a keyword argument: behind the operand, on a line of its own where arguments have that."""
        tree = self.sight.tree(site)
        if not total.node.args:
            whole = tree.span(total.node)
            line, column = whole.end_line, whole.end_column - 1  # before the closing parenthesis
            return (Edit(Span(line, column, line, column), argument),)
        first, *others = total.node.args
        last = (
            first
            if first.value is total.operand and all(each.keyword for each in others)
            else total.node.args[-1]
        )
        start, span, lines = tree.slice.span(last), tree.span(last.value), tree.slice.lines
        indent, rest = (
            lines[start.line - 1][: start.column - 1],
            lines[span.end_line - 1][span.end_column - 1 :].strip(),
        )
        if indent.strip() or start.line == tree.span(total.node).line or rest[:1] not in ("", ",", "#"):
            return (behind(span, f", {argument}"),)
        comma, following = rest.startswith(","), span.end_line + 1
        text = f"{indent}{argument}{',' * comma}{line_end(lines, span.end_line)}"
        added = before(Span(following, 1, following, 1), text)
        return (added,) if comma else (behind(span, ","), added)

    def _squares(self, site: Site, total: Sum, axes: str) -> tuple[Edit, ...] | None:
        """Half the sum of squares of each sample."""
        alias = self.sight.dialect(site).alias(TENSORFLOW)
        if alias is None:
            return None
        squares = f"{alias}.square({code_of(total.operand)})"
        summed = f"{alias}.reduce_sum({squares}, axis={axes})" if axes else squares
        whole = f"{summed} / 2"
        tree = self.sight.tree(site)
        return (Edit(tree.span(total.node), whole if divisible(tree, total.node) else f"({whole})"),)


COUNTED = "list(range(1, len("
"""How the axes of a sample begin where only the number of all axes is known."""
LAST = "-1"


def _axes_behind_the_first(rank: int) -> str:
    return "" if rank <= 1 else LAST if rank == 2 else f"[{', '.join(map(str, range(1, rank)))}]"
