"""Putting the scale of a loss right: sums per sample, means, and divisions that come or go.

It edits by inserting and replacing as little text as possible; concrete syntax tells where. Sites in other
files are left alone: their own check mends them.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from fractions import Fraction

import libcst as cst

from losslint.analysis.axes import Axes
from losslint.analysis.degree import ONE, ZERO
from losslint.analysis.outcome import Problem
from losslint.analysis.scope import Site
from losslint.analysis.values import Kind, Step
from losslint.model import Edit, Span
from losslint.rules._rule import Candidate

from .dialect import TENSORFLOW
from .places import atom, behind, divisible, is_atom, quotient
from .sight import Sight
from .sums import MEAN_OF, OTHERS, SQUARES, VARIANCES, Sum
from .tree import Tree, code_of, nodes_of

AVERAGED_BY_KERAS = ("class", "compile", "parameters")

PER_SAMPLE = "sum over the axes of one sample only, and leave the mean over the batch to Keras"
NORMALISER = "normalise each sample by its own sum"
OVER_FEATURES = "take it over the features of each sample"
PER_SAMPLE_FIRST = "sum over the axes of one sample only"
MEAN = "take the mean over the batch, which is this sum divided by the batch size"
DIVIDED = "divide by the batch size, which keeps the scale of one sample"
BY_DEGREE = {
    Fraction(2): "divide by the number of pairs",
    Fraction(1, 2): "divide by the root of the batch size",
}
UNDIVIDED = "remove the division by the batch size"
INSIDE = "divide inside the root"
OWN = "divide by the batch's own size"


@dataclass(frozen=True, eq=False)
class Scaling:
    """What can be done to the scale of the code of one suspect."""

    sight: Sight

    # -- what the finding is part of ----------------------------------------------------------------------

    @property
    def averaged(self) -> bool:
        """The framework averages what the loss returns: it is, or may be, compiled."""
        return (
            self.sight.suspect.outcome.use is None
            and self.sight.suspect.outcome.found_by in AVERAGED_BY_KERAS
        )

    # -- changes ----------------------------------------------------------------------

    def per_sample(self, steps: Sequence[Step]) -> Candidate | None:
        """These sums over the axes of a sample only."""
        edits = [self._per_sample(self.sight.local(step), 1) for step in steps]
        title = PER_SAMPLE if self.averaged else PER_SAMPLE_FIRST
        return _candidate(title, edits)

    def normaliser_per_sample(self, steps: Sequence[Step]) -> Candidate | None:
        """Sums that what they sum is divided by, over the axes of a sample: it has some, and they are kept."""
        sums = [self.sight.sum(self.sight.local(step)) for step in steps]
        if not all(total is not None and total.keeps_axes for total in sums):
            return None
        return _candidate(NORMALISER, [self._per_sample(self.sight.local(step), 2) for step in steps])

    def over_features(self, site: Site) -> Candidate | None:
        """A statistic over the axes of a sample instead of the batch."""
        return _candidate(OVER_FEATURES, [self._per_sample(site, 2, VARIANCES)])

    def scaled(self, steps: Sequence[Step]) -> Candidate | None:
        """The results of these reductions divided by as many entries as they ran over in the batch."""
        sites = [self.sight.local(step) for step in steps]
        means = [self._mean(site) for site in sites]
        edits = [mean or self._divided(site) for mean, site in zip(means, sites, strict=True)]
        gained = {self._gained(site.node) for site in sites if isinstance(site.node, cst.BaseExpression)}
        return _candidate(MEAN if all(means) else BY_DEGREE.get(max(gained, default=ONE), DIVIDED), edits)

    def scaled_return(self, problem: Problem) -> Candidate | None:
        """What the loss returns, divided by the power of the batch size that it scales with."""
        degree = problem.of.degree if problem.of is not None else None
        if (
            self.sight.suspect.outcome.use is not None
            or not isinstance(degree, Fraction)
            or not self.sight.here(problem.site)
        ):
            return None
        functions = self.sight.tree(problem.site).functions(problem.site.node)
        function = functions[0] if functions else None
        if not isinstance(function, cst.FunctionDef):
            return None
        tree = self.sight.tree(problem.site)
        returns = [
            node
            for node in nodes_of(function.body)
            if isinstance(node, cst.Return) and node.value is not None and tree.functions(node)[0] is function
        ]
        if any(isinstance(node.value, (cst.Tuple, cst.List, cst.Dict)) for node in returns):
            return None
        edits = [
            self._over(Site(problem.site.slice, node.value), degree)
            for node in returns
            if node.value is not None
        ]
        return _candidate(DIVIDED, edits)

    def compares_samples(self, steps: Sequence[Step]) -> bool:
        """Whether a reduction runs over pairs of samples, or over samples that a sort or a running sum mixed."""
        value = self.sight.suspect.problem.of
        if value is not None and any(flaw.kind in (Kind.PAIRWISE, Kind.ORDER) for flaw in value.flaws):
            return True
        totals = [self.sight.sum(self.sight.local(step)) for step in steps]
        operands = [self.sight.tensor(total.operand) for total in totals if total is not None]
        return any(
            operand is not None and isinstance(operand.axes.total, Fraction) and operand.axes.total > ONE
            for operand in operands
        )

    def undivided(self, site: Site) -> Candidate | None:
        """This division taken away."""
        parts = self._division(site)
        if parts is None:
            return None
        node, left, right = parts
        divisor = self.sight.tensor(right)
        if divisor is None or divisor.data:
            return None
        kept = left.with_changes(lpar=[*node.lpar, *left.lpar], rpar=[*left.rpar, *node.rpar])
        return _candidate(UNDIVIDED, [(Edit(self.sight.tree(site).span(node), code_of(kept)),)])

    def inside_root(self, site: Site) -> Candidate | None:
        """``sqrt(s) / n`` becomes ``sqrt(s / n)``, ``norm(x) / n`` becomes ``norm(x) / sqrt(n)``."""
        parts = self._division(site)
        if parts is None:
            return None
        node, left, right = parts
        if not isinstance(left, cst.Call) or not isinstance(node, cst.BinaryOperation):
            return None
        tree = self.sight.tree(site)
        last = code_of(left.func).rpartition(".")[2]
        if last == "sqrt" and len(left.args) == 1:
            inner = left.args[0].value
            text = f"{atom(inner)} / {atom(right)}"
            moved = left.deep_replace(inner, cst.parse_expression("__inner__"))
            code = code_of(moved.with_changes(lpar=[*node.lpar, *left.lpar], rpar=[*left.rpar, *node.rpar]))
            return _candidate(INSIDE, [(Edit(tree.span(node), code.replace("__inner__", text)),)])
        found = next(self.sight.families(site), None)
        if found is None or not last.endswith("norm"):
            return None
        family, alias = found
        rooted = family.root.format(m=alias, n=code_of(right))
        return _candidate("divide by the root of the batch size", [(Edit(tree.span(right), rooted),)])

    def own_size(self, site: Site, subject: str) -> Candidate | None:
        """The constant in a divisor replaced by the batch's own size."""
        if not self.sight.here(site):
            return None
        count = self.sight.count(site)
        tree = self.sight.tree(site)
        found = [
            node for node in nodes_of(site.node) if _is_called(node, subject) and self._reads(tree, node)
        ]
        if not found:
            functions = tree.functions(site.node)
            found = [
                node
                for node in nodes_of(functions[0].body if functions else site.node)
                if _is_called(node, subject) and self._reads(tree, node)
            ]
        if count is None or len(found) != 1:
            return None
        return _candidate(OWN, [(Edit(tree.span(found[0]), count),)])

    # -- single sums ----------------------------------------------------------------------

    def _per_sample(
        self, site: Site, least_rank: int, names: Collection[str] = (*MEAN_OF, SQUARES, *OTHERS)
    ) -> tuple[Edit, ...] | None:
        total = self.sight.sum(site)
        if total is None or total.name not in names:
            return None
        operand = self.sight.tensor(total.operand)
        tree = self.sight.tree(site)
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
        if axes is None or (total.name == "norm" and axes != "-1"):
            return None
        if total.name == SQUARES:
            return self._squares_per_sample(site, total, axes)
        if axes == "":
            inner = code_of(total.operand)
            if self.sight.binds(site, inner):  # `loss = sum(loss)` would become `loss = loss`
                return None
            return (Edit(tree.span(total.node), inner if is_atom(total.operand) else f"({inner})"),)
        if total.axis is not None:
            return (Edit(tree.span(total.axis.value), axes),)
        if not total.node.args:
            whole = tree.span(total.node)
            line, column = whole.end_line, whole.end_column - 1  # before the closing parenthesis
            return (Edit(Span(line, column, line, column), f"axis={axes}"),)
        return (behind(tree.span(total.node.args[-1].value), f", axis={axes}"),)

    def _feature_axes(self, site: Site, total: Sum, axes: Axes) -> str | None:
        """The axes of one sample as an argument; empty text if a sample is a single number."""
        if axes.rank is not None:
            if axes.rank == 1:
                return ""
            return "-1" if axes.rank == 2 else f"[{', '.join(map(str, range(1, axes.rank)))}]"
        operand = total.operand
        if isinstance(operand, cst.Name):
            return f"list(range(1, len({operand.value}.shape)))"
        alike = next(
            (name for name, value in self.sight.names(site) if value.axes == axes and not axes.loose), None
        )
        return f"list(range(1, len({alike}.shape)))" if alike is not None else None

    def _squares_per_sample(self, site: Site, total: Sum, axes: str) -> tuple[Edit, ...] | None:
        alias = self.sight.dialect(site).alias(TENSORFLOW)
        if alias is None:
            return None
        squares = f"{alias}.square({code_of(total.operand)})"
        summed = f"{alias}.reduce_sum({squares}, axis={axes})" if axes else squares
        whole = f"{summed} / 2"
        tree = self.sight.tree(site)
        return (Edit(tree.span(total.node), whole if divisible(tree, total.node) else f"({whole})"),)

    def _mean(self, site: Site) -> tuple[Edit, ...] | None:
        """The same sum as a mean, where it runs over nothing but samples."""
        total = self.sight.sum(site)
        if total is None or total.name not in MEAN_OF or not isinstance(total.node.func, cst.Attribute):
            return None
        operand = self.sight.tensor(total.operand)
        if operand is None:
            return None
        axes = operand.axes
        if total.over_all:
            exact = axes.rank is not None and axes.rank > 0 and all(axis.batch for axis in axes.listed)
        else:
            run = [axes.at(index) for index in total.indices or ()]
            exact = bool(run) and all(axis is not None and axis.batch for axis in run)
        if not exact or any(axis.data for axis in axes.listed):
            return None
        name = total.node.func.attr
        return (Edit(self.sight.tree(site).span(name), MEAN_OF[name.value]),)

    def _divided(self, site: Site) -> tuple[Edit, ...] | None:
        """The result of a reduction divided by as many entries as it ran over."""
        if not self.sight.here(site) or not isinstance(site.node, cst.BaseExpression):
            return None
        if isinstance(site.node, cst.Call) and code_of(site.node.func).endswith("count_nonzero"):
            return None  # an integer, which no float divides
        return self._over(site, self._gained(site.node))

    def _gained(self, node: cst.BaseExpression) -> Fraction:
        """How much degree an operation added."""
        result = self.sight.tensor(node)
        if result is None or not isinstance(result.degree, Fraction):
            return ONE
        operands = (
            [argument.value for argument in node.args]
            + ([node.func.value] if isinstance(node.func, cst.Attribute) else [])
            if isinstance(node, cst.Call)
            else list(node.children)
        )
        before = ZERO
        for operand in operands:
            value = self.sight.tensor(operand)
            if value is not None and value.data and isinstance(value.degree, Fraction):
                before += value.degree
        gained = result.degree - before
        return gained if gained > 0 else result.degree if result.degree > 0 else ONE

    def _over(self, site: Site, degree: Fraction) -> tuple[Edit, ...] | None:
        """An expression divided by ``N**degree``."""
        node, tree = site.node, self.sight.tree(site)
        assert isinstance(node, cst.BaseExpression)
        count = self.sight.count(site)
        if count is None:
            return None
        if degree.denominator == 2:
            found = next(self.sight.families(site), None)
            if found is None:
                return None
            family, alias = found
            count = family.root.format(m=alias, n=count)
            degree = Fraction(degree.numerator)
        if degree.denominator != 1 or degree <= 0:
            return None
        return quotient(tree, node, count if degree == 1 else f"{count} ** {degree}")

    # -- divisions ----------------------------------------------------------------------

    def _division(
        self, site: Site
    ) -> tuple[cst.BinaryOperation | cst.Call, cst.BaseExpression, cst.BaseExpression] | None:
        """A division: the whole, what is divided, and by what."""
        node = site.node
        if not self.sight.here(site):
            return None
        if isinstance(node, cst.BinaryOperation) and isinstance(node.operator, cst.Divide):
            return node, node.left, node.right
        if isinstance(node, cst.BinaryOperation) and isinstance(node.operator, cst.Multiply):
            for factor, other in ((node.left, node.right), (node.right, node.left)):
                value = self.sight.tensor(factor)
                if (
                    value is not None
                    and not value.data
                    and isinstance(value.degree, Fraction)
                    and value.degree < 0
                ):
                    return node, other, factor
        if isinstance(node, cst.Call) and code_of(node.func).rpartition(".")[2] in (
            "divide",
            "div",
            "truediv",
            "divide_no_nan",
        ):
            given = [argument.value for argument in node.args]
            if len(given) >= 2:
                return node, given[0], given[1]
        return None

    @staticmethod
    def _reads(tree: Tree, node: cst.CSTNode) -> bool:
        return not isinstance(tree.parent(node), (cst.AssignTarget, cst.Param, cst.Attribute))


def _candidate(title: str, edits: Sequence[tuple[Edit, ...] | None]) -> Candidate | None:
    if not edits or any(edit is None for edit in edits):
        return None
    return Candidate(title, tuple(dict.fromkeys(edit for some in edits for edit in some or ())))


def _is_called(node: cst.CSTNode, subject: str) -> bool:
    """Whether a node is the constant that a message calls ``subject``."""
    if isinstance(node, cst.Name):
        return node.value == subject
    if isinstance(node, cst.Attribute):
        return node.attr.value == subject or code_of(node) == subject
    if isinstance(node, (cst.Integer, cst.Float)):
        try:
            return f"{float(node.value.replace('_', '')):g}" == subject
        except ValueError:
            return False
    return False
