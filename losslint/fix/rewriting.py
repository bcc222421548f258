"""Rewriting what surrounds a loss: how it is handed over, where its size is read, what overflows in it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import libcst as cst

from losslint.analysis.scope import Site
from losslint.analysis.values import External
from losslint.model import Edit
from losslint.rules._rule import Candidate

from .places import around, atom
from .sight import Sight
from .sums import MEAN_OF, sum_of
from .tree import Tree, code_of, nodes_of

AVERAGE = "average over the batch, as Keras does by default"
AVERAGE_FIRST = "take the mean of the values of the samples"
DYNAMIC = "read the batch size when the loss runs"
STABLE = "use the built-in that does not overflow"
GUARDED = "give 0 where the divisor is 0"

SIZES = (cst.Subscript, cst.Call)
ARITHMETIC = (cst.Divide, cst.Multiply, cst.Add, cst.Subtract)


@dataclass(frozen=True, eq=False)
class Rewriting:
    """Rewrites at the places of one suspect."""

    sight: Sight

    def averaging(self, site: Site) -> Candidate | None:
        """The construction of a loss object told to average instead of to sum."""
        if not self.sight.here(site) or not isinstance(site.node, cst.Call):
            return None
        tree = self.sight.tree(site)
        told = next(
            (arg.value for arg in site.node.args if arg.keyword and arg.keyword.value == "reduction"), None
        )
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
        found = next(self.sight.families(site), None)
        if given is None or found is None:
            return None
        family, alias = found
        tree = self.sight.tree(site)
        made = self._assigned(tree, site.node, given.value) if isinstance(given, cst.Name) else given
        if made is None:
            return None
        template = family.mean.format(m=alias, x="{x}")
        return Candidate(AVERAGE_FIRST, around(tree, made, template))

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

    def dynamic_size(self, site: Site) -> Candidate | None:
        """``x.shape[0]``, ``len(x)``, ``K.int_shape(x)[0]`` read when the loss runs."""
        if not self.sight.here(site):
            return None
        of = self._measured(site.node)
        found = next(self.sight.families(site), None)
        if of is None or found is None:
            return None
        family, alias = found
        tree, text = self.sight.tree(site), code_of(of)
        if self._is_divisor(tree, site.node):
            typed = next((name for name, value in self.sight.names(site) if value.slope is not None), None)
            if typed is None:
                return None
            size = family.count(alias, of=text, like=typed)
        elif self._is_dimension(tree, site.node):
            size = family.size.format(m=alias, x=text)
        else:
            return None
        return Candidate(DYNAMIC, (Edit(tree.span(site.node), size),))

    @staticmethod
    def _measured(node: cst.CSTNode) -> cst.BaseExpression | None:
        """What a static size is the size of."""
        if isinstance(node, cst.Call) and code_of(node.func) == "len" and len(node.args) == 1:
            return node.args[0].value
        if not isinstance(node, cst.Subscript) or code_of(node.slice[0]).strip() != "0":
            return None
        whole = node.value
        if isinstance(whole, cst.Attribute) and whole.attr.value == "shape":
            return whole.value
        if isinstance(whole, cst.Call) and code_of(whole.func).rpartition(".")[2] in (
            "int_shape",
            "get_shape",
            "as_list",
        ):
            if whole.args:
                return whole.args[0].value
            if isinstance(whole.func, cst.Attribute):
                inner = whole.func.value
                if isinstance(inner, cst.Attribute) and inner.attr.value == "shape":
                    return inner.value
                return inner if whole.func.attr.value == "get_shape" else None
        return None

    def _is_divisor(self, tree: Tree, node: cst.CSTNode) -> bool:
        """Whether a size, or the name it gets, goes into arithmetic, and so needs the dtype of the loss."""
        parent = tree.parent(node)
        if isinstance(parent, cst.Assign) and isinstance(parent.targets[0].target, cst.Name):
            name = parent.targets[0].target.value
            uses = [
                each
                for each in nodes_of(tree.functions(node)[0].body)
                if isinstance(each, cst.Name) and each.value == name
            ]
            reads = [use for use in uses if not isinstance(tree.parent(use), cst.AssignTarget)]
            return bool(reads) and all(self._in_arithmetic(tree, use) for use in reads)
        return self._in_arithmetic(tree, node)

    def _is_dimension(self, tree: Tree, node: cst.CSTNode) -> bool:
        """Whether a size is an argument of the framework, alone or in a list: there a tensor is as good."""
        parent = tree.parent(node)
        while isinstance(parent, (cst.Element, cst.List, cst.Tuple)):
            parent = tree.parent(parent)
        call = tree.parent(parent) if isinstance(parent, cst.Arg) else None
        callee = self.sight.value(call.func) if isinstance(call, cst.Call) else None
        return isinstance(callee, External) and not callee.name.startswith("builtins.")

    @staticmethod
    def _in_arithmetic(tree: Tree, node: cst.CSTNode) -> bool:
        parent = tree.parent(node)
        if isinstance(parent, cst.AugAssign):
            return True
        return isinstance(parent, cst.BinaryOperation) and isinstance(parent.operator, ARITHMETIC)

    def stable_log_sum_exp(self, site: Site) -> Candidate | None:
        """``log(reduce_sum(exp(x)))`` as ``reduce_logsumexp(x)``, with the arguments of the sum."""
        if not self.sight.here(site) or not isinstance(site.node, cst.Call) or len(site.node.args) != 1:
            return None
        total = sum_of(site.node.args[0].value)
        found = next(self.sight.families(site), None)
        if (
            total is None
            or total.name not in MEAN_OF
            or found is None
            or not isinstance(total.operand, cst.Call)
        ):
            return None
        if code_of(total.operand.func).rpartition(".")[2] != "exp" or len(total.operand.args) != 1:
            return None
        family, alias = found
        rest = [code_of(arg.with_changes(comma=cst.MaybeSentinel.DEFAULT)) for arg in total.node.args]
        index = next(at for at, arg in enumerate(total.node.args) if arg.value is total.operand)
        operand = total.node.args[index].with_changes(
            value=total.operand.args[0].value, comma=cst.MaybeSentinel.DEFAULT
        )
        rest[index] = code_of(operand)
        call = family.logsumexp.format(m=alias, x=", ".join(part.strip() for part in rest))
        return Candidate(STABLE, (Edit(self.sight.tree(site).span(site.node), call),), "safe")

    def guarded_division(self, site: Site) -> Candidate | None:
        """A division that gives 0 where the divisor is 0."""
        node = site.node
        if not self.sight.here(site) or not isinstance(node, cst.BinaryOperation) or node.lpar:
            return None
        found = next(self.sight.families(site), None)
        if found is None or not isinstance(node.operator, cst.Divide):
            return None
        family, alias = found
        as_call = family.ratio.startswith("{m}")
        left = code_of(_bare(node.left)) if as_call else atom(node.left)
        text = family.ratio.format(m=alias, x=left, y=code_of(_bare(node.right)))
        return Candidate(GUARDED, (Edit(self.sight.tree(site).span(node), text),), "safe")

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


__all__ = ["SIZES", "Rewriting"]
