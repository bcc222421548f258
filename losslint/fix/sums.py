"""The calls that sum over a batch, as a fix sees them: the operand, and the argument that names the axes."""

from __future__ import annotations

import ast
from dataclasses import dataclass

import libcst as cst

from .tree import code_of

AXIS_WORDS = ("axis", "axes", "dim", "reduction_indices")
OPERAND_WORDS = ("input_tensor", "x", "a", "tensor", "t")
MEAN_OF = {"reduce_sum": "reduce_mean", "sum": "mean"}
SUM_OF = {mean: sum_ for sum_, mean in MEAN_OF.items()}
MEANS = set(SUM_OF)
SQUARES = "l2_loss"
OTHERS = {"reduce_logsumexp", "logsumexp", "norm", "reduce_prod"}
"""Reductions that take axes as a sum does, and of which no mean is made."""
VARIANCES = {"reduce_variance", "reduce_std", "var", "std"}
"""Statistics likewise: over other axes they are something else."""


@dataclass(frozen=True, slots=True)
class Sum:
    """One call ``reduce_sum(x)``, ``K.sum(x, axis=0)``, ``x.sum()``, ``l2_loss(x)``."""

    node: cst.Call
    operand: cst.BaseExpression
    axis: cst.Arg | None
    name: str
    """``reduce_sum`` of ``tf.math.reduce_sum``."""

    @property
    def over_all(self) -> bool:
        """It names no axis, so it runs over all."""
        return self.axis is None or code_of(self.axis.value) == "None"

    @property
    def keeps_axes(self) -> bool:
        """It is told to keep the axes it runs over."""
        words = ("keepdims", "keep_dims")
        return any(
            arg.keyword and arg.keyword.value in words and code_of(arg.value) == "True"
            for arg in self.node.args
        )

    @property
    def indices(self) -> tuple[int, ...] | None:
        """The axes, where they are written as numbers."""
        try:
            value = ast.literal_eval(code_of(self.axis.value)) if self.axis is not None else None
        except (ValueError, SyntaxError):
            return None
        if isinstance(value, int):
            return (value,)
        if isinstance(value, (list, tuple)) and all(isinstance(item, int) for item in value):
            return tuple(value)
        return None


def sum_of(node: cst.CSTNode) -> Sum | None:
    """A call as a sum, if its name says that it is one."""
    if not isinstance(node, cst.Call) or node.lpar or any(argument.star for argument in node.args):
        return None
    func = node.func
    name = (
        func.attr.value
        if isinstance(func, cst.Attribute)
        else func.value
        if isinstance(func, cst.Name)
        else ""
    )
    if name not in {*MEAN_OF, *MEANS, SQUARES, *OTHERS, *VARIANCES}:
        return None
    positional = [argument for argument in node.args if argument.keyword is None]
    keywords = {argument.keyword.value: argument for argument in node.args if argument.keyword is not None}
    axis = next((keywords[word] for word in AXIS_WORDS if word in keywords), None)
    operand = (
        positional[0] if positional else next((keywords[w] for w in OPERAND_WORDS if w in keywords), None)
    )
    if operand is not None:
        return Sum(node, operand.value, axis or (positional[1] if len(positional) > 1 else None), name)
    return None


def method_sum_of(node: cst.CSTNode) -> Sum | None:
    """``x.sum()`` likewise; whether ``x`` is a tensor or a module is for the caller to know."""
    if not isinstance(node, cst.Call) or node.lpar or not isinstance(node.func, cst.Attribute):
        return None
    if node.func.attr.value not in MEAN_OF or any(argument.star for argument in node.args):
        return None
    keywords = {argument.keyword.value: argument for argument in node.args if argument.keyword is not None}
    positional = [argument for argument in node.args if argument.keyword is None]
    axis = next((keywords[word] for word in AXIS_WORDS if word in keywords), None)
    return Sum(node, node.func.value, axis or (positional[0] if positional else None), node.func.attr.value)
