"""Rewriting what surrounds a loss: how it is handed over, where its size is read, what overflows in it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import libcst as cst

from losslint.analysis.scope import Site
from losslint.analysis.values import External
from losslint.model import Edit, Span
from losslint.rules._rule import Candidate

from .dialect import BACKEND, OPS, TENSORFLOW
from .naming import Naming
from .places import around, atom, text_of
from .replicas import GLOBAL
from .sums import sum_of
from .tree import Tree, code_of, nodes_of

AVERAGE = "average over the batch, as Keras does by default"
AVERAGE_FIRST = "take the mean of the values of the samples"
STABLE = "use the built-in that does not overflow"
GUARDED = "give 0 where the divisor is 0"

LOG_SUM_EXP = {"reduce_sum": "reduce_logsumexp", "sum": "logsumexp"}


@dataclass(frozen=True, eq=False)
class Rewriting(Naming):
    """Rewrites at the places of one suspect."""

    def averaging(self, site: Site) -> Candidate | None:
        """The construction of a loss object told to average instead of to sum."""
        if not self.sight.here(site) or not isinstance(site.node, cst.Call):
            return None
        tree = self.sight.tree(site)
        named = [arg.value for arg in site.node.args if arg.keyword and arg.keyword.value == "reduction"]
        for told in named or [arg.value for arg in site.node.args if arg.keyword is None]:
            if isinstance(told, cst.SimpleString) and told.evaluated_value in ("sum", "SUM"):
                quote = told.quote
                return Candidate(AVERAGE, (Edit(tree.span(told), f"{quote}sum_over_batch_size{quote}"),))
            if isinstance(told, cst.Attribute) and told.attr.value == "SUM":
                return Candidate(AVERAGE, (Edit(tree.span(told.attr), "SUM_OVER_BATCH_SIZE"),))
        return None

    def averaged_value(self, site: Site) -> Candidate | None:
        """The vector that is handed over, averaged where it is made: a tape does not see what comes after."""
        if not self.sight.here(site):
            return None
        given = self._handed(site.node)
        speech = next(self.sight.families(site), None)
        if given is None or speech is None:
            return None
        tree = self.sight.tree(site)
        made = self._assigned(tree, site.node, given.value) if isinstance(given, cst.Name) else given
        if isinstance(made, cst.Lambda):
            made = made.body
        if made is None:
            return None
        alias = self.sight.dialect(site).alias(TENSORFLOW) if self.on_replicas else None
        if alias is not None:
            return Candidate(GLOBAL, around(tree, made, f"{alias}.nn.compute_average_loss({{x}})"))
        mean = around(tree, made, speech.says(speech.family.mean, x="{x}"))
        return Candidate(AVERAGE_FIRST, (*mean, *speech.needs))

    @staticmethod
    def _handed(node: cst.CSTNode) -> cst.BaseExpression | None:
        """The expression that a sink is given; that of a ``lambda`` for one."""
        if not isinstance(node, cst.Call) or not node.args:
            return node if isinstance(node, cst.BaseExpression) else None
        if code_of(node.func).rpartition(".")[2] not in (
            "gradient",
            "gradients",
            "minimize",
            "compute_gradients",
        ):
            return node
        value = node.args[0].value
        return value.body if isinstance(value, cst.Lambda) else value

    @staticmethod
    def _assigned(tree: Tree, node: cst.CSTNode, name: str) -> cst.BaseExpression | None:
        """The one expression that a local name is bound to."""
        functions = tree.functions(node)
        body = functions[0].body if functions else tree.slice.module
        found = [
            assign.value
            for assign in nodes_of(body)
            if isinstance(assign, cst.Assign)
            and any(
                isinstance(target.target, cst.Name) and target.target.value == name
                for target in assign.targets
            )
        ]
        return found[0] if len(found) == 1 else None

    def stable_log_sum_exp(self, site: Site) -> Candidate | None:
        """``log(reduce_sum(exp(x)))`` as ``reduce_logsumexp(x)``, with the arguments of the sum."""
        if not self.sight.here(site) or not isinstance(site.node, cst.Call) or len(site.node.args) != 1:
            return None
        total = sum_of(site.node.args[0].value)
        if total is None or total.name not in LOG_SUM_EXP or not isinstance(total.operand, cst.Call):
            return None
        if code_of(total.operand.func).rpartition(".")[2] != "exp" or len(total.operand.args) != 1:
            return None
        callee = self.sight.value(total.node.func)
        needs: tuple[Edit, ...] = ()
        has_both = isinstance(callee, External) and (
            total.name == "reduce_sum" or OPS.owns(callee.name) or BACKEND.owns(callee.name)
        )
        if has_both and isinstance(total.node.func, cst.Attribute):
            called = f"{code_of(total.node.func.value)}.{LOG_SUM_EXP[total.name]}"
        else:
            speech = next(self.sight.families(site), None)
            if speech is None:
                return None
            called, needs = speech.says(speech.family.logsumexp), speech.needs
        tree, inner = self.sight.tree(site), total.operand.args[0].value
        whole = tree.span(site.node)
        sums, exp, kept = tree.span(total.node), tree.span(total.operand), tree.span(inner)
        gone = [
            Span(whole.line, whole.column, sums.line, sums.column),
            Span(exp.line, exp.column, kept.line, kept.column),
            Span(kept.end_line, kept.end_column, exp.end_line, exp.end_column),
            Span(sums.end_line, sums.end_column, whole.end_line, whole.end_column),
        ]
        if any("#" in text_of(tree, span) for span in gone):
            return None
        renamed = Edit(tree.span(total.node.func), called)
        edits = (renamed, *(Edit(span, "") for span in gone), *self._dedented(tree, whole, sums))
        return Candidate(STABLE, (*needs, *edits), "safe")

    @staticmethod
    def _dedented(tree: Tree, whole: Span, inside: Span) -> Iterator[Edit]:
        """Edits that move the lines of an expression to the left, when it takes the place of one around it."""
        lines = tree.slice.lines
        indents = [len(lines[line - 1]) - len(lines[line - 1].lstrip()) for line in (whole.line, inside.line)]
        surplus = indents[1] - indents[0]
        for line in range(inside.line + 1, inside.end_line + 1):
            if surplus > 0 and not lines[line - 1][:surplus].strip():
                yield Edit(Span(line, 1, line, surplus + 1), "")

    def guarded_division(self, site: Site) -> Candidate | None:
        """A division that gives 0 where the divisor is 0."""
        node = site.node
        if not self.sight.here(site) or not isinstance(node, cst.BinaryOperation) or node.lpar:
            return None
        speech = next(self.sight.families(site), None)
        if speech is None or not isinstance(node.operator, cst.Divide):
            return None
        template = speech.family.ratio
        left = code_of(_bare(node.left)) if template.startswith("{m}") else atom(node.left)
        text = speech.says(template, x=left, y=code_of(_bare(node.right)))
        return Candidate(GUARDED, (Edit(self.sight.tree(site).span(node), text), *speech.needs), "safe")

    def unlike(self, site: Site) -> tuple[str, str, str] | None:
        """The operands of shape (N,) and (N, 1) that meet here, and the second without its last axis."""
        node = site.node
        if isinstance(node, cst.BinaryOperation):
            operands = [node.left, node.right]
        elif isinstance(node, cst.Call):
            operands = [argument.value for argument in node.args][:2]
        else:
            return None
        ranks = {}
        for operand in operands:
            value = self.sight.tensor(operand)
            if value is not None and value.axes.batches == 1:
                ranks[value.axes.rank] = " ".join(code_of(operand).split())
        speech = next(self.sight.families(site), None)
        if set(ranks) != {1, 2} or speech is None:
            return None
        return ranks[1], ranks[2], speech.says(speech.family.squeezed, x=ranks[2])

    def text(self, site: Site) -> str:
        """The code at a place on one line, for advice."""
        return " ".join(code_of(site.node).split()) if isinstance(site.node, cst.BaseExpression) else ""


def _bare(node: cst.BaseExpression) -> cst.BaseExpression:
    """An expression without parentheses of its own, as an argument needs none."""
    if any("\n" in code_of(part) for part in _parentheses(node)):
        return node
    return node.with_changes(lpar=(), rpar=())


def _parentheses(node: cst.BaseExpression) -> Iterator[cst.CSTNode]:
    yield from node.lpar
    yield from node.rpar
