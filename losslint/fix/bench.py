"""The bench on which a fix is made: it knows the code of one finding, and what the run saw there.

It edits by inserting and replacing as little text as possible; concrete syntax tells where. Sites in other
files are left alone: their own check mends them.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from fractions import Fraction
from functools import cached_property

import libcst as cst

from losslint.analysis.axes import Axes
from losslint.analysis.degree import ONE, ZERO
from losslint.analysis.outcome import Problem
from losslint.analysis.scope import Scope, Site
from losslint.analysis.values import Either, External, Method, Step, Tensor, Value
from losslint.analysis.vocabulary import OUTPUTS
from losslint.engine import Suspect
from losslint.model import Edit, Span
from losslint.rules._rule import Candidate
from losslint.source.index import ModuleIndex
from losslint.source.slices import Slice

from .dialect import TENSORFLOW, Dialect, Family
from .sums import MEAN_OF, SQUARES, Sum, method_sum_of, sum_of
from .tree import Tree, code_of, nodes_of

AVERAGED_BY_KERAS = ("class", "compile", "parameters")
SHORT = 40

PER_SAMPLE = "sum over the axes of one sample only, and leave the mean over the batch to Keras"
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
class Workbench:
    """The bench for one suspect of one file."""

    suspect: Suspect
    index: ModuleIndex
    _trees: dict[Slice, Tree] = field(default_factory=dict)

    # -- what the finding is part of --------------------------------------------------------------------------------

    @property
    def averaged(self) -> bool:
        """The framework averages what the loss returns: a compiled or Keras-style loss, not one minimised by hand."""
        return self.suspect.outcome.use is None and self.suspect.outcome.found_by in AVERAGED_BY_KERAS

    def _tree(self, site: Site) -> Tree:
        return self._trees.setdefault(site.slice, Tree(site.slice))

    def _here(self, site: Site) -> bool:
        return site.slice.lines is self.index.lines

    def _local(self, step: Step) -> Site:
        """Where a reduction happens as this file sees it: if elsewhere, at the call that leads there."""
        if self._here(step.site):
            return step.site
        around = self.suspect.problem.site.slice
        calls = [
            node
            for node in nodes_of(around.module)
            if isinstance(node, cst.Call)
            and (value := self._tensor(node)) is not None
            and step in value.raised
        ]
        inner = [
            call for call in calls if not any(other in calls for other in nodes_of(call) if other is not call)
        ]
        return Site(around, inner[0]) if inner else step.site

    def _value(self, node: cst.CSTNode) -> Value | None:
        value = self.suspect.recording.values.get(node)
        return value.options[0][1] if isinstance(value, Either) else value

    def _tensor(self, node: cst.CSTNode) -> Tensor | None:
        value = self._value(node)
        return value if isinstance(value, Tensor) else None

    # -- changes ------------------------------------------------------------------------------------------------

    def per_sample(self, steps: Sequence[Step], *, inner_axes: bool = False) -> Candidate | None:
        """These sums over the axes of a sample only; ``inner_axes``: only if samples are known to have some."""
        least = 2 if inner_axes else 1
        edits = [self._per_sample(self._local(step), least) for step in steps]
        title = PER_SAMPLE if self.averaged else PER_SAMPLE_FIRST
        return _candidate(title, edits)

    def scaled(self, steps: Sequence[Step]) -> Candidate | None:
        """The results of these reductions divided by as many entries as they ran over in the batch."""
        sites = [self._local(step) for step in steps]
        means = [self._mean(site) for site in sites]
        edits = [mean or self._divided(site) for mean, site in zip(means, sites, strict=True)]
        gained = {self._gained(site.node) for site in sites if isinstance(site.node, cst.BaseExpression)}
        return _candidate(MEAN if all(means) else BY_DEGREE.get(max(gained, default=ONE), DIVIDED), edits)

    def scaled_return(self, problem: Problem) -> Candidate | None:
        """What the loss returns, divided by the power of the batch size that it scales with."""
        degree = problem.of.degree if problem.of is not None else None
        if (
            self.suspect.outcome.use is not None
            or not isinstance(degree, Fraction)
            or not self._here(problem.site)
        ):
            return None
        functions = self._tree(problem.site).functions(problem.site.node)
        function = functions[0] if functions else None
        if not isinstance(function, cst.FunctionDef):
            return None
        tree = self._tree(problem.site)
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

    def undivided(self, site: Site) -> Candidate | None:
        """This division taken away."""
        parts = self._division(site)
        if parts is None:
            return None
        node, left, right = parts
        divisor = self._tensor(right)
        if divisor is None or divisor.data:
            return None
        kept = left.with_changes(lpar=[*node.lpar, *left.lpar], rpar=[*left.rpar, *node.rpar])
        return _candidate(UNDIVIDED, [(Edit(self._tree(site).span(node), code_of(kept)),)])

    def inside_root(self, site: Site) -> Candidate | None:
        """``sqrt(s) / n`` becomes ``sqrt(s / n)``, ``norm(x) / n`` becomes ``norm(x) / sqrt(n)``."""
        parts = self._division(site)
        if parts is None:
            return None
        node, left, right = parts
        if not isinstance(left, cst.Call) or not isinstance(node, cst.BinaryOperation):
            return None
        tree = self._tree(site)
        last = code_of(left.func).rpartition(".")[2]
        if last == "sqrt" and len(left.args) == 1:
            inner = left.args[0].value
            text = f"{_atom(inner)} / {_atom(right)}"
            moved = left.deep_replace(inner, cst.parse_expression("__inner__"))
            code = code_of(moved.with_changes(lpar=[*node.lpar, *left.lpar], rpar=[*left.rpar, *node.rpar]))
            return _candidate(INSIDE, [(Edit(tree.span(node), code.replace("__inner__", text)),)])
        found = next(self._families(site), None)
        if found is None or not last.endswith("norm"):
            return None
        family, alias = found
        rooted = family.root.format(m=alias, n=code_of(right))
        return _candidate("divide by the root of the batch size", [(Edit(tree.span(right), rooted),)])

    def own_size(self, site: Site, subject: str) -> Candidate | None:
        """The constant in a divisor replaced by the batch's own size."""
        if not self._here(site):
            return None
        count = self._count(site)
        tree = self._tree(site)
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

    # -- single sums ------------------------------------------------------------------------------------------------

    def _sum(self, site: Site) -> Sum | None:
        if not self._here(site) or not isinstance(site.node, cst.Call):
            return None
        callee = self._value(site.node.func)
        return method_sum_of(site.node) if isinstance(callee, Method) else sum_of(site.node)

    def _per_sample(self, site: Site, least_rank: int) -> tuple[Edit, ...] | None:
        total = self._sum(site)
        if total is None:
            return None
        operand = self._tensor(total.operand)
        tree = self._tree(site)
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
            return (Edit(tree.span(total.node), inner if _is_atom(total.operand) else f"({inner})"),)
        if total.axis is not None:
            return (Edit(tree.span(total.axis.value), axes),)
        if not total.node.args:
            end = tree.span(total.node)
            return (
                Edit(
                    Span(end.end_line, end.end_column - 1, end.end_line, end.end_column - 1), f"axis={axes}"
                ),
            )
        return (_insertion(_end(tree.span(total.node.args[-1].value)), f", axis={axes}"),)

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
            (name for name, value in self._names(site) if value.axes == axes and not axes.loose), None
        )
        return f"list(range(1, len({alike}.shape)))" if alike is not None else None

    def _squares_per_sample(self, site: Site, total: Sum, axes: str) -> tuple[Edit, ...] | None:
        alias = self._dialect(site).alias(TENSORFLOW)
        if alias is None:
            return None
        squares = f"{alias}.square({code_of(total.operand)})"
        summed = f"{alias}.reduce_sum({squares}, axis={axes})" if axes else squares
        whole = f"{summed} / 2"
        tree = self._tree(site)
        return (Edit(tree.span(total.node), whole if _divisible(tree, total.node) else f"({whole})"),)

    def _mean(self, site: Site) -> tuple[Edit, ...] | None:
        """The same sum as a mean, where it runs over nothing but samples."""
        total = self._sum(site)
        if total is None or total.name not in MEAN_OF or not isinstance(total.node.func, cst.Attribute):
            return None
        operand = self._tensor(total.operand)
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
        return (Edit(self._tree(site).span(name), MEAN_OF[name.value]),)

    def _divided(self, site: Site) -> tuple[Edit, ...] | None:
        """The result of a reduction divided by as many entries as it ran over."""
        if not self._here(site) or not isinstance(site.node, cst.BaseExpression):
            return None
        return self._over(site, self._gained(site.node))

    def _gained(self, node: cst.BaseExpression) -> Fraction:
        """How much degree an operation added."""
        result = self._tensor(node)
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
            value = self._tensor(operand)
            if value is not None and value.data and isinstance(value.degree, Fraction):
                before += value.degree
        gained = result.degree - before
        return gained if gained > 0 else result.degree if result.degree > 0 else ONE

    def _over(self, site: Site, degree: Fraction) -> tuple[Edit, ...] | None:
        """An expression divided by ``N**degree``."""
        node, tree = site.node, self._tree(site)
        assert isinstance(node, cst.BaseExpression)
        count = self._count(site)
        if count is None:
            return None
        if degree.denominator == 2:
            found = next(self._families(site), None)
            if found is None:
                return None
            family, alias = found
            count = family.root.format(m=alias, n=count)
            degree = Fraction(degree.numerator)
        if degree.denominator != 1 or degree <= 0:
            return None
        power = count if degree == 1 else f"{count} ** {degree}"
        span = tree.span(node)
        if _is_product(node):
            return (
                self._parenthesised(tree, node, span, power)
                if not _divisible(tree, node)
                else (_insertion(_end(span), f" / {power}"),)
            )
        if not _is_atom(node):
            inner = (
                _insertion(_end(span), f") / {power}")
                if _divisible(tree, node)
                else _insertion(_end(span), f") / {power})")
            )
            return (_insertion(_start(span), "(" if _divisible(tree, node) else "(("), inner)
        return (
            (_insertion(_end(span), f" / {power}"),)
            if _divisible(tree, node)
            else self._parenthesised(tree, node, span, power)
        )

    def _parenthesised(self, tree: Tree, node: cst.CSTNode, span: Span, power: str) -> tuple[Edit, ...]:
        return (_insertion(_start(span), "("), _insertion(_end(span), f" / {power})"))

    # -- the size of the batch ----------------------------------------------------------------------------------------

    def _count(self, site: Site) -> str | None:
        """The batch size as an expression of the file, at this place, as a number of the loss's dtype."""
        families = list(self._families(site))
        for name, value in self._visible(site, self._is_count):
            made = self._made(site, name)
            if made is not None and any(word in made for word in ("cast(", "to_float(")):
                return name
            del value
        if not families:
            return None
        family, alias = families[0]
        names = self._names(site)
        operand = self._operand(site)
        if operand is not None:
            names = [operand, *names]
        typed = next((name for name, value in names if value.slope is not None), None)
        if not names or typed is None:
            return None
        sized = next((name for name, value in names if value.slope is not None), names[0][0])
        size = family.size.format(m=alias, x=sized)
        return family.cast.format(m=alias, n=size, dtype=family.dtype.format(m=alias, x=typed))

    def _operand(self, site: Site) -> tuple[str, Tensor] | None:
        """What is summed, if it is short enough to be named twice."""
        total = self._sum(site)
        if total is None:
            return None
        value = self._tensor(total.operand)
        code = code_of(total.operand)
        if value is None or not _has_batch_first(value) or "\n" in code or len(code) > SHORT:
            return None
        simple = all(
            isinstance(node, (cst.Name, cst.Attribute, cst.Dot, cst.SimpleWhitespace))
            for node in nodes_of(total.operand)
        )
        named = isinstance(total.operand, cst.Name) and dict(self._names(site)).get(code) is not None
        return (code, value) if simple and (named or isinstance(total.operand, cst.Attribute)) else None

    @staticmethod
    def _is_count(value: Value) -> bool:
        return (
            isinstance(value, Tensor)
            and value.count
            and value.degree == ONE
            and not value.nominal
            and not value.static
            and value.axes.rank == 0
        )

    def _made(self, site: Site, name: str) -> str | None:
        """The text that a local name is bound to."""
        for function in self._tree(site).functions(site.node):
            for node in nodes_of(function.body):
                if isinstance(node, cst.Assign) and any(
                    isinstance(target.target, cst.Name) and target.target.value == name
                    for target in node.targets
                ):
                    return code_of(node.value)
        return None

    def _names(self, site: Site) -> list[tuple[str, Tensor]]:
        """The names in sight that hold a batch: predictions first, then parameters, then what is computed."""
        found = [
            (name, value)
            for name, value in self._visible(
                site, lambda value: isinstance(value, Tensor) and _has_batch_first(value)
            )
            if isinstance(value, Tensor)
        ]
        used = {node.value for node in nodes_of(site.node) if isinstance(node, cst.Name)}

        def rank(pair: tuple[str, Tensor]) -> tuple[bool, bool, bool, bool]:
            name, value = pair
            return (
                value.slope
                is None,  # no gradient: class ids and the like, whose dtype is not that of the loss
                name.strip("_").lower() not in OUTPUTS,
                name not in used,
                self._made(site, name)
                is None,  # what arithmetic made has the dtype of the loss, an argument may not
            )

        return sorted(found, key=rank)

    def _visible(self, site: Site, wanted: object) -> Iterator[tuple[str, Value]]:
        assert callable(wanted)
        tree = self._tree(site)
        seen: set[str] = set()
        for function in tree.functions(site.node):
            scope: Scope | None = self.suspect.recording.scopes.get(function)
            for name, value in (scope.names if scope is not None else {}).items():
                if name in seen:
                    continue
                seen.add(name)
                one = value.options[0][1] if isinstance(value, Either) else value
                if wanted(one) and tree.sees(site.node, name, function):
                    yield name, one

    # -- spelling ------------------------------------------------------------------------------------------------

    def _dialect(self, site: Site) -> Dialect:
        dialect = self._imports
        for node in nodes_of(site.slice.module):
            if isinstance(node, cst.Call):
                callee = self._value(node.func)
                if isinstance(callee, External):
                    dialect = dialect.having(code_of(node.func), callee.name)
        return dialect

    @cached_property
    def _imports(self) -> Dialect:
        return Dialect.of(self.index)

    def _families(self, site: Site) -> Iterator[tuple[Family, str]]:
        callee = self._value(site.node.func) if isinstance(site.node, cst.Call) else None
        yield from self._dialect(site).families(callee.name if isinstance(callee, External) else "")

    # -- divisions ------------------------------------------------------------------------------------------------

    def _division(
        self, site: Site
    ) -> tuple[cst.BinaryOperation | cst.Call, cst.BaseExpression, cst.BaseExpression] | None:
        """A division: the whole, what is divided, and by what."""
        node = site.node
        if not self._here(site):
            return None
        if isinstance(node, cst.BinaryOperation) and isinstance(node.operator, cst.Divide):
            return node, node.left, node.right
        if isinstance(node, cst.BinaryOperation) and isinstance(node.operator, cst.Multiply):
            for factor, other in ((node.left, node.right), (node.right, node.left)):
                value = self._tensor(factor)
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


def _has_batch_first(value: Tensor) -> bool:
    first = value.axes.at(0)
    return (
        value.data
        and first is not None
        and first.extent == ONE
        and not first.data
        and value.axes.batches == 1
    )


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


def _is_atom(node: cst.CSTNode) -> bool:
    return bool(getattr(node, "lpar", ())) or isinstance(
        node, (cst.Name, cst.Attribute, cst.Call, cst.Subscript, cst.Integer, cst.Float, cst.List, cst.Dict)
    )


def _is_product(node: cst.CSTNode) -> bool:
    """Binds at least as tightly as a division: ``a * b``, ``-a``, ``a ** 2``."""
    if isinstance(node, cst.UnaryOperation):
        return isinstance(node.operator, (cst.Minus, cst.Plus))
    return isinstance(node, cst.BinaryOperation) and isinstance(
        node.operator, (cst.Multiply, cst.Divide, cst.Power, cst.MatrixMultiply)
    )


def _atom(node: cst.BaseExpression) -> str:
    code = code_of(node)
    return code if _is_atom(node) else f"({code})"


def _divisible(tree: Tree, node: cst.CSTNode) -> bool:
    """Whether ``node / n`` can stand where ``node`` stands without parentheses."""
    parent = tree.parent(node)
    if isinstance(parent, cst.BinaryOperation):
        if isinstance(parent.operator, (cst.Add, cst.Subtract)):
            return True
        if isinstance(parent.operator, cst.Multiply):
            return True
        return isinstance(parent.operator, cst.Divide) and parent.left is node
    if isinstance(parent, cst.UnaryOperation):
        return isinstance(parent.operator, (cst.Minus, cst.Plus))
    return isinstance(
        parent,
        (
            cst.Return,
            cst.Assign,
            cst.AnnAssign,
            cst.AugAssign,
            cst.Arg,
            cst.Element,
            cst.DictElement,
            cst.Lambda,
            cst.Expr,
            cst.IfExp,
            cst.NamedExpr,
            cst.Index,
        ),
    ) and (not isinstance(parent, cst.Arg) or not parent.star)


def _start(span: Span) -> tuple[int, int]:
    return span.line, span.column


def _end(span: Span) -> tuple[int, int]:
    return span.end_line, span.end_column


def _insertion(place: tuple[int, int], text: str) -> Edit:
    return Edit(Span(*place, *place), text)
