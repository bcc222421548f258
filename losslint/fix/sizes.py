"""Static batch sizes read when the loss runs."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import libcst as cst

from losslint.analysis.scope import Site
from losslint.analysis.values import External
from losslint.model import Edit
from losslint.rules._rule import Candidate

from .dialect import Speech
from .naming import Naming, candidate
from .sight import ARITHMETIC
from .tree import Tree, code_of, nodes_of

DYNAMIC = "read the batch size when the loss runs, as it is not known before"
NUMBERS = ("int", "float")
STATIC_SHAPES = ("int_shape", "get_shape", "as_list")


@dataclass(frozen=True, eq=False)
class Sizes(Naming):
    """What can be done to the sizes that one suspect reads."""

    def dynamic_size(self, site: Site) -> Candidate | None:
        """``x.shape[0]``, ``len(x)``, ``K.int_shape(x)[0]`` read when the loss runs.

        As a number of the dtype of the loss where it goes into arithmetic, as an integer where it is a dimension; a
        name that is used for both stays an integer and is cast where it is calculated with.
        """
        if not self.sight.here(site):
            return None
        of = _measured(site.node)
        speech = next(self.sight.families(site), None)
        if of is None or speech is None:
            return None
        tree = self.sight.tree(site)
        node = _as_number(tree, site.node)
        reads = list(_reads(tree, node))
        numbers = [read for read in reads if _in_arithmetic(tree, read)]
        if not reads or any(read not in numbers and not self._is_dimension(tree, read) for read in reads):
            return None
        size = speech.says(speech.family.size, x=code_of(of))
        like = self._typed(site)
        if not numbers:
            edits = [Edit(tree.span(node), size)]
        elif like is None:
            return None
        elif len(numbers) == len(reads):
            edits = [Edit(tree.span(node), speech.number(size, like))]
        else:
            edits = [Edit(tree.span(node), size), *_cast(tree, numbers, speech, like)]
        return candidate(DYNAMIC, [(*edits, *speech.needs)])

    def _typed(self, site: Site) -> str | None:
        """Something in sight with the dtype of the loss."""
        return next((name for name, value in self.sight.names(site) if value.slope is not None), None)

    def _is_dimension(self, tree: Tree, node: cst.CSTNode) -> bool:
        """Whether a size is an argument of the framework, alone or in a list: there a tensor is as good."""
        parent = tree.parent(node)
        while isinstance(parent, (cst.Element, cst.List, cst.Tuple)):
            parent = tree.parent(parent)
        call = tree.parent(parent) if isinstance(parent, cst.Arg) else None
        callee = self.sight.value(call.func) if isinstance(call, cst.Call) else None
        return isinstance(callee, External) and not callee.name.startswith("builtins.")


def _cast(tree: Tree, reads: list[cst.BaseExpression], speech: Speech, like: str) -> Iterator[Edit]:
    for read in reads:
        yield Edit(tree.span(read), speech.number(code_of(read), like))


def _as_number(tree: Tree, node: cst.CSTNode) -> cst.CSTNode:
    """The node with the ``int(…)`` or ``float(…)`` around it, which a tensor does not pass through."""
    argument = tree.parent(node)
    call = tree.parent(argument) if isinstance(argument, cst.Arg) else None
    return (
        call if isinstance(call, cst.Call) and code_of(call.func) in NUMBERS and len(call.args) == 1 else node
    )


def _reads(tree: Tree, node: cst.CSTNode) -> Iterator[cst.BaseExpression]:
    """Where a size is used: where it stands, or wherever the name stands that it is bound to."""
    parent = tree.parent(node)
    if not isinstance(parent, cst.Assign) or not isinstance(parent.targets[0].target, cst.Name):
        if isinstance(node, cst.BaseExpression):
            yield node
        return
    functions = tree.functions(node)
    for each in nodes_of(functions[0].body) if functions else ():
        if isinstance(each, cst.Name) and each.value == parent.targets[0].target.value:
            outer = tree.parent(each)
            if not isinstance(outer, (cst.AssignTarget, cst.Attribute)) or (
                isinstance(outer, cst.Attribute) and outer.value is each
            ):
                yield each


def _in_arithmetic(tree: Tree, node: cst.CSTNode) -> bool:
    parent = tree.parent(node)
    if isinstance(parent, cst.AugAssign):
        return parent.value is node
    return isinstance(parent, cst.BinaryOperation) and isinstance(parent.operator, ARITHMETIC)


def _measured(node: cst.CSTNode) -> cst.BaseExpression | None:
    """What a static size is the size of."""
    if isinstance(node, cst.Call) and code_of(node.func) == "len" and len(node.args) == 1:
        return node.args[0].value
    if not isinstance(node, cst.Subscript) or code_of(node.slice[0]).strip() != "0":
        return None
    whole: cst.BaseExpression = node.value
    while isinstance(whole, cst.Call) and code_of(whole.func).rpartition(".")[2] in STATIC_SHAPES:
        if whole.args:
            return whole.args[0].value
        if not isinstance(whole.func, cst.Attribute):
            return None
        if whole.func.attr.value == "get_shape":
            return whole.func.value
        whole = whole.func.value
    if isinstance(whole, cst.Attribute) and whole.attr.value == "shape":
        return whole.value
    return None
