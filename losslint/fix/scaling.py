"""Putting the scale of a loss right: means, and divisions that come or go.

It edits by inserting and replacing as little text as possible; concrete syntax tells where. Sites in other
files are left alone: their own check mends them.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction

import libcst as cst

from losslint.analysis.degree import ONE, ZERO
from losslint.analysis.outcome import Problem
from losslint.analysis.scope import Site
from losslint.analysis.values import Kind, Step
from losslint.model import Edit
from losslint.rules._rule import Candidate

from .binding import removed, unbound
from .naming import Naming, candidate
from .places import Phrase, alone, atom, quotient
from .sums import MEAN_OF, SUM_OF
from .tree import Tree, code_of, nodes_of

MEAN = "take the mean over the batch, which is this sum divided by the batch size"
DIVIDED = "divide by the batch size, which keeps the scale of one sample"
BY_DEGREE = {
    Fraction(2): "divide by the number of pairs",
    Fraction(1, 2): "divide by the root of the batch size",
}
UNDIVIDED = "remove the division by the batch size, which an average does not need"
INSIDE = "divide inside the root, where the sum is"
OWN = "divide by the batch's own size, which is right on a partial batch too"
SUMMED = "add up what is normalised already, instead of averaging it again"
DIVISIONS = ("divide", "div", "truediv", "divide_no_nan")


@dataclass(frozen=True, eq=False)
class Scaling(Naming):
    """What can be done to the scale of the code of one suspect."""

    def scaled(self, steps: Sequence[Step]) -> Candidate | None:
        """The results of these reductions divided by as many entries as they ran over in the batch."""
        sites = [self.sight.local(step) for step in steps]
        means = [self._mean(site) for site in sites]
        name = self.named_count([site for mean, site in zip(means, sites, strict=True) if not mean])
        edits = [mean or self._divided(site, name) for mean, site in zip(means, sites, strict=True)]
        gained = {self._gained(site.node) for site in sites if isinstance(site.node, cst.BaseExpression)}
        return candidate(MEAN if all(means) else BY_DEGREE.get(max(gained, default=ONE), DIVIDED), edits)

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
        sites = [Site(problem.site.slice, node.value) for node in returns if node.value is not None]
        name = self.named_count(sites)
        return candidate(DIVIDED, [self._over(site, degree, name) for site in sites])

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
        """This division taken away, and a name of its divisor that has no other use."""
        parts = self._division(site)
        if parts is None:
            return None
        node, left, right = parts
        divisor = self.sight.tensor(right)
        if divisor is None or divisor.data:
            return None
        tree = self.sight.tree(site)
        return candidate(UNDIVIDED, [self._without(tree, node, left, right), unbound(tree, right)])

    def summed(self, steps: Sequence[Step]) -> Candidate | None:
        """These means as sums, where what they average is normalised already."""
        edits: list[tuple[Edit, ...] | None] = []
        for site in map(self.sight.local, steps):
            total = self.sight.sum(site)
            if total is None or total.name not in SUM_OF or not isinstance(total.node.func, cst.Attribute):
                return None
            name = total.node.func.attr
            edits.append((Edit(self.sight.tree(site).span(name), SUM_OF[total.name]),))
        return candidate(SUMMED, edits)

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
            moved = quotient(tree, left.args[0].value, atom(right))
            return candidate(INSIDE, [moved, alone(tree, node, left)])
        speech = next(self.sight.families(site), None)
        if speech is None or not last.endswith("norm"):
            return None
        rooted = speech.says(speech.family.root, n=code_of(right))
        return candidate(BY_DEGREE[Fraction(1, 2)], [(Edit(tree.span(right), rooted), *speech.needs)])

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
        count = self.named_count([site]) or count
        return candidate(OWN, [(Edit(tree.span(found[0]), count.text), *count.needs)])

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

    def _divided(self, site: Site, name: Phrase | None) -> tuple[Edit, ...] | None:
        """The result of a reduction divided by as many entries as it ran over; ``name`` is one for their number."""
        if not self.sight.here(site) or not isinstance(site.node, cst.BaseExpression):
            return None
        if isinstance(site.node, cst.Call) and code_of(site.node.func).endswith("count_nonzero"):
            return None  # an integer, which no float divides
        return self._over(site, self._gained(site.node), name)

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

    def _over(self, site: Site, degree: Fraction, name: Phrase | None = None) -> tuple[Edit, ...] | None:
        """An expression divided by ``N**degree``."""
        node, tree = site.node, self.sight.tree(site)
        assert isinstance(node, cst.BaseExpression)
        count = name or self.sight.count(site)
        if count is None:
            return None
        text, needs = count.text, count.needs
        if degree.denominator == 2:
            speech = next(self.sight.families(site), None)
            if speech is None:
                return None
            text, needs = speech.says(speech.family.root, n=text), (*needs, *speech.needs)
            degree = Fraction(degree.numerator)
        if degree.denominator != 1 or degree <= 0:
            return None
        return (*needs, *quotient(tree, node, text if degree == 1 else f"{text} ** {degree}"))

    # -- divisions ----------------------------------------------------------------------

    def _division(
        self, site: Site
    ) -> tuple[cst.BinaryOperation | cst.Call | cst.AugAssign, cst.BaseExpression, cst.BaseExpression] | None:
        """A division: the whole, what is divided, and by what."""
        node = site.node
        if not self.sight.here(site):
            return None
        if isinstance(node, cst.AugAssign) and isinstance(node.operator, cst.DivideAssign):
            return node, node.target, node.value
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
        if isinstance(node, cst.Call) and code_of(node.func).rpartition(".")[2] in DIVISIONS:
            given = [argument.value for argument in node.args]
            if len(given) >= 2:
                return node, given[0], given[1]
        return None

    @staticmethod
    def _without(
        tree: Tree,
        node: cst.BinaryOperation | cst.Call | cst.AugAssign,
        left: cst.BaseExpression,
        right: cst.BaseExpression,
    ) -> tuple[Edit, ...] | None:
        """What is left of a division when nothing is divided by."""
        if isinstance(node, cst.AugAssign):
            return removed(tree, node)
        if isinstance(node, cst.BinaryOperation):
            return alone(tree, node, left)
        kept = left.with_changes(lpar=[*node.lpar, *left.lpar], rpar=[*left.rpar, *node.rpar])
        return (Edit(tree.span(node), code_of(kept)),)

    @staticmethod
    def _reads(tree: Tree, node: cst.CSTNode) -> bool:
        return not isinstance(tree.parent(node), (cst.AssignTarget, cst.Param, cst.Attribute))


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
